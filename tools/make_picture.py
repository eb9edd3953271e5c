"""Draw ``notebooks/coverage.png``, the picture of both READMEs, from the seed pages.

python tools/make_picture.py
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

import reportlib
from reportlib import plots

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "notebooks" / "coverage.png"
COLOURS = 64  # enough for squares and letters, a quarter of the bytes


def main() -> None:
    corpus = reportlib.load(ROOT / "seeds")
    reports = corpus["reports"].set_index("report_id")
    place = reports["county"].where(reports["county"] != "", reports["prefecture"])
    names = place.where(place != "", "XX区") + " " + reports["plan_year"]
    ax = plots.coverage_heat(corpus["coverage"], names.to_dict())
    figure: Any = ax.get_figure(root=True)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=100, metadata={"Software": None})
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
