/* The driver's library as far as it is asked here, over a table of made-up GPUs.
 *
 * FAKE_NVML names a file. A line for each GPU or MIG instance:
 *   uuid|name|total bytes|used bytes|G            a whole GPU
 *   uuid|name|total bytes|used bytes|S            a GPU in MIG mode
 *   uuid|name|total bytes|used bytes|I|gpu|compute  an instance of the GPU above it
 * A first line "error N" makes nvmlInit fail with N. The file is read at each call, so that a test
 * can change what is in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 32
#define OK 0
#define NOT_SUPPORTED 3
#define NOT_FOUND 6

typedef struct { int row; } *handle;
typedef struct {
    char uuid[96], name[96], sort;
    unsigned long long total, used;
    unsigned gpu, compute;
} row;

static row rows[MOST];
static struct { int row; } handles[MOST];

static int load(int *error) {
    FILE *file = fopen(getenv("FAKE_NVML") ? getenv("FAKE_NVML") : "", "r");
    char line[512];
    int count = 0;
    *error = 0;
    if (!file) { *error = 9; return 0; }
    while (count < MOST && fgets(line, sizeof line, file)) {
        row *r = &rows[count];
        if (sscanf(line, "error %d", error) == 1) break;
        r->gpu = r->compute = 0;
        if (sscanf(line, "%95[^|]|%95[^|]|%llu|%llu|%c|%u|%u", r->uuid, r->name, &r->total, &r->used,
                   &r->sort, &r->gpu, &r->compute) >= 5) {
            handles[count].row = count;
            count++;
        }
    }
    fclose(file);
    return count;
}

static int nth(int wanted, int from, int instances) {
    int error, count = load(&error);
    for (int i = from; i < count; i++) {
        if (instances && rows[i].sort != 'I') break;
        if ((rows[i].sort == 'I') == instances && wanted-- == 0) return i;
    }
    return -1;
}

int nvmlInitWithFlags(unsigned flags) { int error; (void)flags; load(&error); return error; }
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) { return code == 18 ? "Driver/library version mismatch" : "Fault"; }

int nvmlDeviceGetCount_v2(unsigned *count) {
    for (*count = 0; nth((int)*count, 0, 0) >= 0; ++*count) {}
    return OK;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, handle *found) {
    int i = nth((int)index, 0, 0);
    if (i < 0) return NOT_FOUND;
    *found = (handle)&handles[i];
    return OK;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, handle *found) {
    int error, count = load(&error);
    for (int i = 0; i < count; i++)
        if (!strcmp(rows[i].uuid, uuid)) { *found = (handle)&handles[i]; return OK; }
    return NOT_FOUND;
}
int nvmlDeviceGetUUID(handle h, char *text, unsigned size) { snprintf(text, size, "%s", rows[h->row].uuid); return OK; }
int nvmlDeviceGetName(handle h, char *text, unsigned size) { snprintf(text, size, "%s", rows[h->row].name); return OK; }
int nvmlDeviceGetMemoryInfo(handle h, unsigned long long *info) {
    int error;
    load(&error);
    info[0] = rows[h->row].total;
    info[2] = rows[h->row].used + 1000; /* with what the driver keeps */
    info[1] = info[0] - info[2];
    return rows[h->row].total ? OK : NOT_SUPPORTED;
}
int nvmlDeviceGetMemoryInfo_v2(handle h, void *at) {
    struct { unsigned version; unsigned long long total, reserved, free, used; } *info = at;
    int error;
    load(&error);
    info->total = rows[h->row].total;
    info->used = rows[h->row].used;
    info->reserved = 1000;
    info->free = info->total - info->used - info->reserved;
    return rows[h->row].total ? OK : NOT_SUPPORTED;
}
int nvmlDeviceGetUtilizationRates(handle h, unsigned *rates) { (void)h; rates[0] = rates[1] = 0; return OK; }
int nvmlDeviceGetMigMode(handle h, unsigned *now, unsigned *pending) {
    *now = *pending = rows[h->row].sort == 'S';
    return rows[h->row].sort == 'G' ? NOT_SUPPORTED : OK;
}
int nvmlDeviceGetMaxMigDeviceCount(handle h, unsigned *count) { (void)h; *count = 7; return OK; }
int nvmlDeviceGetMigDeviceHandleByIndex(handle h, unsigned index, handle *found) {
    int i = nth((int)index, h->row + 1, 1);
    if (i < 0) return NOT_FOUND;
    *found = (handle)&handles[i];
    return OK;
}
int nvmlDeviceGetGpuInstanceId(handle h, unsigned *id) { *id = rows[h->row].gpu; return OK; }
int nvmlDeviceGetComputeInstanceId(handle h, unsigned *id) { *id = rows[h->row].compute; return OK; }
