"""What a training takes. Light: pydantic only, so that a server can list the kind."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .datasets import DataSets, Name


def _as_text(value: Any) -> Any:
    return str(value) if type(value) is int and value >= 0 else value


Column = Annotated[Name, BeforeValidator(_as_text)]


class ModelConfig(BaseModel):
    """Size of a fresh model. Ignored when training goes on from a finished one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hidden_size: int = Field(
        default=64,
        ge=8,
        le=1024,
        title="Hidden size",
        description="Width of the embeddings and of the encoder; a multiple of the heads.",
    )
    layers: int = Field(
        default=1, ge=1, le=24, title="Layers", description="Transformer layers of the encoder."
    )
    heads: int = Field(
        default=4,
        ge=1,
        le=32,
        title="Attention heads",
        description="Attention heads of each layer.",
    )
    vocab_size: int = Field(
        default=2500,
        ge=64,
        le=100_000,
        title="Vocabulary",
        description="Subword units that the tokenizer learns from the training text, at most.",
    )
    lstm_hidden: int = Field(
        default=64,
        ge=4,
        le=1024,
        title="LSTM units",
        description="Units of the LSTM head in each direction (bert-lstm only).",
    )
    dropout: float = Field(
        default=0.2,
        ge=0.0,
        le=0.9,
        title="Dropout",
        description="Share of the encoder's activations dropped in training, against over-fitting.",
    )

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.hidden_size % self.heads:
            raise ValueError(
                f"hidden_size {self.hidden_size} is not a multiple of heads {self.heads}"
            )
        return self


class Params(BaseModel):
    """A training run.

    ``size`` is the field that people know as ``model_config``: pydantic keeps that name for
    itself, so JSON, the schema and dumps carry it as the alias.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, serialize_by_alias=True, validate_by_alias=True
    )

    dataset: DataSets = Field(
        title="Data set",
        description="A data set of the catalog, an asset, or a file (jsonl, csv, tsv, parquet, "
        "also in gz or zip) or folder that the server can read. One or more, which become one "
        "training text, or some for each split.",
        examples=[
            "persian-legal",
            ["persian-legal", "/data/tickets.csv"],
            {"train": "/data/train.csv", "test": "/data/test.csv"},
        ],
        json_schema_extra={"x-labpool-asset": "dataset"},
    )
    text_column: Column = Field(
        default="text",
        title="Text column",
        description="Column that holds the text: its name, or its position from 0.",
    )
    label_column: Column = Field(
        default="label",
        title="Label column",
        description="Column that holds the class: its name, or its position from 0.",
    )
    similar_labels: Literal["merge", "refuse", "keep"] = Field(
        default="merge",
        title="Similar classes",
        description="Classes that differ only in Arabic and Persian letter forms, case, spaces or "
        "invisible marks: merge makes one of them, refuse ends with their names, keep leaves them "
        "apart.",
    )
    rare_classes: Literal["refuse", "drop"] = Field(
        default="refuse",
        title="Rare classes",
        description="Classes with too few examples to train and validate: refuse the data set, or "
        "drop the class with its texts.",
    )
    strict: bool = Field(
        default=False,
        title="Strict",
        description="Refuse a data set at its first row without a text or a class; otherwise such "
        "rows are left out and counted.",
    )
    model: Name = Field(
        default="bert-lstm",
        title="Model",
        description='"bert-lstm" or "bert" for a fresh model, or a model or checkpoint to go on '
        "from: a catalog id, an asset or a folder.",
        examples=["bert-lstm", "bert"],
        json_schema_extra={"x-labpool-asset": "model"},
    )
    size: ModelConfig = Field(
        default_factory=ModelConfig,
        alias="model_config",
        title="Size of a fresh model",
        description="Ignored when the model is a finished one.",
    )
    epochs: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None,
        title="Epochs",
        description="Passes over the training text, at most. Empty: 20 for a fresh model, 3 for "
        "one that is trained already.",
    )
    batch_size: int = Field(
        default=16, ge=1, le=1024, title="Batch size", description="Texts in each step."
    )
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] | None = Field(
        default=None,
        title="Learning rate",
        description="Peak step size; rises over the first tenth of the steps, then falls to 0. "
        "Empty: 0.002 for a fresh model, 0.00005 for one that is trained already.",
    )
    max_length: Annotated[int, Field(ge=8, le=512)] | None = Field(
        default=None,
        title="Longest text",
        description="Tokens of each text that are read; the rest is cut off. Empty: enough for 99 "
        "of 100 training texts, 64 at the least and 256 at the most, or fewer where the model has "
        "fewer.",
    )
    validation_split: float = Field(
        default=0.15,
        ge=0.01,
        le=0.5,
        title="Validation share",
        description="Share of each class held back for validation, if the data set brings no "
        "validation split of its own.",
    )
    seed: int = Field(
        default=42,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Same seed, data and machine: same weights, bit for bit.",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$",
        title="Device",
        description="auto takes a GPU if the worker's machine has one that PyTorch can use, else "
        "the CPU. cpu, cuda (any GPU), cuda:N (that one) and mps (Apple) take what they say. A GPU "
        "belongs to one run at a time: where others have them all, the run waits.",
        examples=["auto", "cpu", "cuda", "cuda:0"],
    )
    logging_steps: int = Field(
        default=10,
        ge=1,
        le=10_000,
        title="Metrics every",
        description="Steps between two points of the loss curve.",
    )
    save_steps: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        title="Checkpoint every",
        description="Steps between two checkpoints, besides the one after each epoch; "
        "0 for epochs only.",
    )
    early_stopping_patience: int = Field(
        default=8,
        ge=0,
        le=1000,
        title="Patience",
        description="Epochs without a lower validation loss before training stops; 0 never.",
    )
    keep_checkpoints: int = Field(
        default=2,
        ge=2,
        le=100,
        title="Checkpoints kept",
        description="The best and the newest are always among them.",
    )
