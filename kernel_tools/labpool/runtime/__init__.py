"""What runs a job: the registry of kinds, the job's context, the reporter, the fold."""
