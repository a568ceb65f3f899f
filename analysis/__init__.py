"""Taliban offensives, troop drawdowns and air-strike mentions, Afghanistan 2007-2021.

Data flows one way: seeds -> tables -> series -> models -> figures -> report. The modules
follow that order: `schema` and `tables` read and check the curated tables, `resolve`
turns claims into events, `series` counts, `compare` and `intervals` say how sure one
can be, the `fig_*` modules draw, `style` saves, `run` and `report` put it together.
"""

__version__ = "0.2.0"
