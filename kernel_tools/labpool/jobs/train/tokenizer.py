"""Persian normaliser and WordPiece tokenizer, both inside one ``tokenizer.json``.

The README says what is folded into what, and why.
"""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tokenizers import (
    Regex,
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from .folds import DIGITS, HALF_JOIN, HALF_SPACE, JOINERS, LETTERS, NUMBERS, WORDS

PAD, UNK, CLS, SEP, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
START = "\u2581"  # marks the first letter of a word while the units are learned
CONTINUES = "##"
ALPHABET = 400
MIN_FREQUENCY = 2
# Always in the alphabet, so that a letter or digit the training text lacks is not unknown.
BASE = "0123456789ءآابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"


def normalizer() -> normalizers.Normalizer:
    """Return the normaliser: one spelling for each word, whatever keyboard wrote it.

    It is idempotent: a second pass changes nothing.
    """
    rules = [
        # Diacritics; tatweel; bidi marks and other invisible signs, but not yet the joiners.
        ("", rf"[\p{{Mn}}\p{{Me}}ـ]|(?![\s{HALF_SPACE}{JOINERS}])\p{{Cf}}"),
        (" ", HALF_JOIN),
        (" ", f"[{HALF_SPACE}]"),
        ("", f"[{JOINERS}]"),
        *((target, f"[{variants}]") for target, variants in (LETTERS | DIGITS).items()),
        *WORDS,
        *NUMBERS,
    ]
    return normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            *(normalizers.Replace(Regex(pattern), target) for target, pattern in rules),
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\s\p{Cc}]+"), " "),
            normalizers.Strip(),
        ]
    )


def _words(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of normalised texts, each with the mark of its start."""
    normalize, split = normalizer(), pre_tokenizers.BertPreTokenizer()
    for text in texts:
        for word, _ in split.pre_tokenize_str(normalize.normalize_str(text)):
            yield START + word


def learn_units(texts: Iterable[str], size: int) -> list[str]:
    """Learn subword units by merging frequent pairs (BPE), in a fixed order.

    ``WordPieceTrainer`` numbers its "##" units in the order of a hash map, so that two
    processes get two vocabularies from the same text. Here the start of a word is marked
    instead of its continuation; then the order depends on the text alone.

    Args:
        texts: Training text.
        size: Units to learn, at most.

    Returns:
        Units in WordPiece spelling ("قرار", "##داد"): the alphabet, then merges in order.
    """
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Split("\n", "removed")
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=MIN_FREQUENCY,
        limit_alphabet=ALPHABET,
        show_progress=False,
    )
    learner.train_from_iterator(_words(texts), trainer)
    learned = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    letters = sorted({char for unit, _ in learned for char in unit} - {START} | set(BASE))
    units = dict.fromkeys([*letters, *(CONTINUES + char for char in letters)])
    for unit, _ in learned:
        plain = unit.removeprefix(START)
        if plain and START not in plain:
            units[plain if unit.startswith(START) else CONTINUES + plain] = None
    return list(units)[: max(size, 2 * len(letters))]


def train(texts: Iterable[str], *, vocab_size: int, max_length: int) -> PreTrainedTokenizerFast:
    """Train a tokenizer; the same texts give the same ``tokenizer.json``, byte for byte.

    Args:
        texts: Training text, not normalised.
        vocab_size: Units with the special ones, at most (the alphabet always fits).
        max_length: Tokens after which ``truncation=True`` cuts.
    """
    units = learn_units(texts, vocab_size - len(SPECIAL))
    vocab = {unit: index for index, unit in enumerate([*SPECIAL, *units])}
    core = Tokenizer(models.WordPiece(vocab, unk_token=UNK, max_input_chars_per_word=64))
    core.normalizer = normalizer()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}",
        pair=f"{CLS} $A {SEP} $B:1 {SEP}:1",
        special_tokens=[(CLS, vocab[CLS]), (SEP, vocab[SEP])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=max_length,
        pad_token=PAD,
        unk_token=UNK,
        cls_token=CLS,
        sep_token=SEP,
        mask_token=MASK,
    )
