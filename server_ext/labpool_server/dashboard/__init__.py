"""Labpool's page on the Dask dashboard; ``handlers/door.py`` is the one way to it.

``history`` remembers who ran what and when, ``record`` fills it from the stored events,
``frame`` says what is to be seen now, ``charts`` and ``page`` draw it with Bokeh.
"""
