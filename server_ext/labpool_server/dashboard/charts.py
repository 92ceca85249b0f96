"""The page's charts: lanes of runs, memory beside them, messages a second below."""

from __future__ import annotations

from typing import Any

from bokeh.core.property.descriptors import UnsetValueError
from bokeh.core.property.vectorization import Value
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    CustomJSHover,
    CustomJSTickFormatter,
    FactorRange,
    HoverTool,
    Label,
    Range1d,
    SingleIntervalTicker,
)
from bokeh.plotting import figure

from .colours import Colours
from .frame import BAR_COLUMNS, LINE_COLUMNS, MEMORY_COLUMNS, Frame
from .words import Taste

LANE_PX = 44
LINES_PX = 210
AXIS_PX = 64
FRAME_PX = 34
USUAL_PX = 800.0
FONT = "system-ui, Vazirmatn, Tahoma, sans-serif"

_LOCALES = {"en": "undefined", "fa": "'fa-IR'"}
_CLOCK = "return new Date({value}).toLocaleTimeString({locale}, {{hour: '2-digit', \
minute: '2-digit', hourCycle: 'h23', {seconds}}});"


class Charts:
    """The figures and what they show.

    Args:
        taste: Language and colours that somebody wants.
        look: The colours.
    """

    def __init__(self, taste: Taste, look: Colours) -> None:
        self._taste = taste
        self._look = look
        self._bars = _source(BAR_COLUMNS)
        self._lines = _source(LINE_COLUMNS)
        self._memory = _source(MEMORY_COLUMNS)
        self._time = Range1d(0, 1)
        self._workers = FactorRange(factors=[])
        self._empty = self._words()
        self._silent = self._words()
        self.lanes = self._draw_lanes()
        self.memory = self._draw_memory()
        self.messages = self._draw_messages()

    @property
    def width_px(self) -> float:
        """How wide the lanes are drawn in the browser, which tells it once it knows."""
        try:
            return float(self.lanes.inner_width)
        except UnsetValueError:
            return USUAL_PX

    def show(self, frame: Frame) -> None:
        """Show a frame; what has not changed is not sent again."""
        if self._workers.factors != frame.lanes[::-1]:
            self._workers.factors = frame.lanes[::-1]
            height = LANE_PX * max(2, len(frame.lanes))
            self.lanes.height = height + FRAME_PX
            self.memory.height = height + FRAME_PX
        shown = ((self._bars, frame.bars), (self._lines, frame.lines), (self._memory, frame.memory))
        for source, columns in shown:
            if source.data != columns:
                source.data = columns
        for plot in (self.lanes, self.messages):
            plot.xaxis.ticker.interval = 1000 * frame.step_s
        self._time.update(start=1000 * frame.since, end=1000 * frame.now)
        middle = 500 * (frame.since + frame.now)
        self._empty.update(text=frame.empty, x=middle, y=LANE_PX * max(2, len(frame.lanes)) / 2)
        silent = "" if frame.lines["worker"] else self._taste.word("silent")
        self._silent.update(text=silent, x=middle, y=LINES_PX / 2 - FRAME_PX)
        self.messages.y_range.end = self._most(frame)

    def _draw_lanes(self) -> Any:
        plot = self._figure(
            x_range=self._time, y_range=self._workers, height=2 * LANE_PX + FRAME_PX
        )
        plot.ygrid.visible = False
        self._track(plot)
        bars = plot.hbar(
            y="worker", left="left", right="right", height=0.62, source=self._bars,
            fill_color="colour", line_color=None,
            hatch_pattern="pattern", hatch_color="edge", hatch_alpha=0.3, hatch_scale=8,
        )  # fmt: skip
        plot.hbar(  # how it ended: a cap in the state's colour
            y="worker", left="right", right="right", height=0.62, source=self._bars,
            fill_color=None, line_color="edge", line_width=3,
        )  # fmt: skip
        self._text(plot, "begins", "label", self._look.on_run, x_offset=6)
        self._text(plot, "right", "mark", "edge", text_align="right", x_offset=-5)
        plot.add_layout(self._empty)
        plot.add_tools(self._hover(bars))
        self._clock(plot)
        return plot

    def _draw_memory(self) -> Any:
        plot = self._figure(
            x_range=Range1d(0, 1), y_range=self._workers, height=2 * LANE_PX + FRAME_PX,
            min_border_left=12,
        )  # fmt: skip
        plot.grid.visible = False
        plot.axis.visible = False
        bar = {"y": "worker", "source": self._memory, "height": 0.14, "line_color": None}
        plot.hbar(left=0, right="room", fill_color=self._look.grid, **bar)
        plot.hbar(left=0, right="part", fill_color="colour", **bar)
        self._text(plot, 0, "text", self._look.text, source=self._memory, y_offset=-13)
        plot.min_border_bottom = FRAME_PX
        return plot

    def _draw_messages(self) -> Any:
        plot = self._figure(x_range=self._time, y_range=Range1d(0, 1), height=LINES_PX)
        plot.multi_line(
            xs="xs", ys="ys", source=self._lines, line_color="colour", line_width=2,
            line_join="round",
        )  # fmt: skip
        plot.yaxis.ticker = BasicTicker(desired_num_ticks=4, min_interval=1)
        plot.yaxis.formatter = CustomJSTickFormatter(
            code=f"return tick.toLocaleString({_LOCALES[self._taste.lang]});"
        )
        plot.add_layout(self._silent)
        self._clock(plot)
        return plot

    def _track(self, plot: Any) -> None:
        """Lay the lanes out, as long as time itself."""
        plot.hbar(
            y="worker", left=0, right=4e12, height=0.62, source=self._memory,
            fill_color=self._look.track, line_color=None, level="underlay",
        )  # fmt: skip

    @staticmethod
    def _most(frame: Frame) -> float:
        """Return the upper end of the messages' axis."""
        return 1.1 * max((max(line) for line in frame.lines["ys"]), default=0.0) or 1.0

    def _figure(self, **options: Any) -> Any:
        look = self._look
        given = {"sizing_mode": "stretch_width", "min_border_left": AXIS_PX, "min_border_right": 20}
        plot = figure(
            **{**given, **options}, toolbar_location=None, tools="", min_border_top=4,
            background_fill_color=look.ground, border_fill_color=look.ground,
            outline_line_color=None,
        )  # fmt: skip
        plot.grid.grid_line_color = look.grid
        for axis in plot.axis:
            axis.update(
                axis_line_color=None, major_tick_line_color=None, minor_tick_line_color=None,
                major_label_text_color=look.soft, major_label_text_font=FONT,
                major_label_text_font_size="12px",
            )  # fmt: skip
        return plot

    def _clock(self, plot: Any) -> None:
        """Write times of day, in the zone and the digits of whoever looks."""
        plot.xaxis.ticker = plot.xgrid.ticker = SingleIntervalTicker(interval=60_000)
        seconds = "...(tick % 60000 ? {second: '2-digit'} : {})"
        plot.xaxis.formatter = CustomJSTickFormatter(code=self._clock_code("tick", seconds))

    def _clock_code(self, value: str, seconds: str) -> str:
        return _CLOCK.format(value=value, locale=_LOCALES[self._taste.lang], seconds=seconds)

    def _text(self, plot: Any, x: Any, text: str, colour: str, **options: Any) -> None:
        given = {"source": self._bars, "text_font": Value(FONT), "text_font_size": "12px"}
        plot.text(
            x=x, y="worker", text=text, text_color=colour, text_baseline="middle",
            **{**given, **options},
        )  # fmt: skip

    def _words(self) -> Label:
        return Label(
            x=0, y=0, y_units="screen", text="", text_align="center", text_baseline="middle",
            background_fill_color=self._look.ground, padding=6,
            text_color=self._look.soft, text_font=FONT, text_font_size="13px",
        )  # fmt: skip

    def _hover(self, bars: Any) -> HoverTool:
        word = self._taste.word
        return HoverTool(
            renderers=[bars],
            tooltips=[
                (word("run"), "@name"),
                (word("kind"), "@kind"),
                (word("state"), "@state"),
                (word("attempt"), "@attempt"),
                (word("began"), "@began{custom}"),
                (word("took"), "@took"),
            ],
            formatters={
                "@began": CustomJSHover(code=self._clock_code("value", "second: '2-digit'"))
            },
        )


def _source(columns: tuple[str, ...]) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in columns})
