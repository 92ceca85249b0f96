"""A BERT encoder with an LSTM head for classifying texts.

This file is saved beside the weights, so that plain transformers can load a model where
Labpool is not installed (``trust_remote_code=True``). Hence it imports torch and
transformers only.
"""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
    BertPreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput

BAG_STD = 0.05
BAG_SCALE = 5.0  # makes the bag learn as fast as a linear model with its own learning rate


class BertLstmConfig(BertConfig):
    """A BERT configuration with the size of the head.

    Args:
        lstm_hidden_size: Units in each of the two directions.
        bag_size: Width of the bag of subwords.
        head_dropout: Share of features dropped before the classifier.
        label_smoothing: Share of the target spread over all classes, in training only.
        token_dropout: Share of tokens hidden behind ``mask_token_id``, in training only: with
            few texts the model must not lean on single words.
        mask_token_id: Id of [MASK]; the special ids are those up to it.
    """

    model_type = "bert-lstm"

    lstm_hidden_size: int = 128
    bag_size: int = 64
    head_dropout: float = 0.5
    label_smoothing: float = 0.0
    token_dropout: float = 0.0
    mask_token_id: int = 4


class BertLstmForSequenceClassification(BertPreTrainedModel):
    """Two classifiers that answer together.

    One runs the encoder's states through an LSTM in both directions and looks at the mean and
    maximum of its states, and at the mean of the encoder's. The other looks at a bag of
    subwords. Each has a loss of its own, so that neither leans on the other; their logits are
    added. With a few hundred texts the two make different mistakes, and the sum makes fewer.
    """

    config_class = BertLstmConfig

    def __init__(self, config: BertLstmConfig) -> None:
        super().__init__(config)
        self.num_labels = classes = int(config.num_labels or 0)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.forwards = nn.LSTM(config.hidden_size, config.lstm_hidden_size, batch_first=True)
        self.backwards = nn.LSTM(config.hidden_size, config.lstm_hidden_size, batch_first=True)
        self.dropout = nn.Dropout(config.head_dropout)
        features = 4 * config.lstm_hidden_size + config.hidden_size
        self.classifier = nn.Linear(features, classes)
        self.bag = nn.Embedding(config.vocab_size, config.bag_size)
        self.bag_classifier = nn.Linear(config.bag_size, classes)
        self.post_init()
        # BERT's initialisation is for deep stacks; these layers learn faster from a wider one.
        self.classifier.reset_parameters()
        self.bag_classifier.reset_parameters()
        nn.init.normal_(self.bag.weight, std=BAG_STD)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        **_: object,
    ) -> SequenceClassifierOutput:
        """Classify a batch.

        Args:
            input_ids: Token ids, (batch, length).
            attention_mask: 1 for tokens, 0 for padding on the right, (batch, length).
            labels: Class ids, (batch,); the loss is computed when they are given.
            **_: What the Trainer passes to every model.

        Returns:
            ``logits`` of shape (batch, classes) and, with labels, the mean ``loss``: in
            training the mean of the two classifiers' losses, else the loss of their sum.
        """
        if input_ids is None:
            raise ValueError("input_ids are needed")
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        if self.training and self.config.token_dropout > 0:
            input_ids = self._hide_some(input_ids)
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        features = torch.cat(
            [self._head(states, attention_mask), _mean(states, attention_mask)], -1
        )
        deep = self.classifier(self.dropout(features))
        words = attention_mask * (input_ids > self.config.mask_token_id)
        bag = self.bag_classifier(BAG_SCALE * _mean(self.bag(input_ids), words))
        logits = deep + bag
        loss = None
        if labels is not None and self.training:
            smoothing = self.config.label_smoothing
            losses = [cross_entropy(z, labels, label_smoothing=smoothing) for z in (deep, bag)]
            loss = (losses[0] + losses[1]) / 2
        elif labels is not None:
            loss = cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)

    def _hide_some(self, input_ids: Tensor) -> Tensor:
        """Replace some tokens, none of the special ones, by [MASK]; (batch, length)."""
        drawn = torch.rand(input_ids.shape, device=input_ids.device) < self.config.token_dropout
        hidden = drawn & (input_ids > self.config.mask_token_id)
        return input_ids.masked_fill(hidden, self.config.mask_token_id)

    def _head(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return mean and maximum over the LSTM's states, (batch, 4 * lstm units).

        Padding is on the right, behind the last token, so it never reaches the states that
        count: for the second direction each text is turned round within its own length.
        That is what packing gives, at a third of its cost on a CPU.
        """
        features = []
        for lstm, inputs in ((self.forwards, states), (self.backwards, _turned(states, mask))):
            out, _ = lstm(inputs)
            lowest = torch.finfo(out.dtype).min
            highest = out.masked_fill(mask.unsqueeze(-1) == 0, lowest).amax(1)
            features += [_mean(out, mask), highest]
        return torch.cat(features, -1)


def _turned(states: Tensor, mask: Tensor) -> Tensor:
    """Reverse each text within its length; padding stays on the right. (batch, length, n)."""
    position = torch.arange(states.shape[1], device=states.device)
    last = mask.sum(-1, keepdim=True) - 1
    source = torch.where(position <= last, last - position, position)
    return states.gather(1, source.unsqueeze(-1).expand_as(states))


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over tokens that are no padding: (batch, length, n) -> (batch, n)."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)


BertLstmConfig.register_for_auto_class()
BertLstmForSequenceClassification.register_for_auto_class("AutoModelForSequenceClassification")
AutoConfig.register("bert-lstm", BertLstmConfig, exist_ok=True)
AutoModelForSequenceClassification.register(
    BertLstmConfig, BertLstmForSequenceClassification, exist_ok=True
)
