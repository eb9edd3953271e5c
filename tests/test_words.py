"""The field's words stay whole, both engines agree, nothing is printed or left behind."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib import words
from reportlib.records import ReportlibError
from reportlib.resources import table
from reportlib.words import count_words, cut, word_list

ROOT = Path(__file__).resolve().parent.parent
HAS_RJIEBA = importlib.util.find_spec("rjieba") is not None
ENGINES = ["jieba", *(["rjieba"] if HAS_RJIEBA else [])]
needs_rjieba = pytest.mark.skipif(not HAS_RJIEBA, reason="rjieba (extra `fast`) is not installed")

with (ROOT / "tests" / "cases" / "words.csv").open(encoding="utf-8", newline="") as handle:
    CASES = list(csv.DictReader(handle))

# What the words table of any work report would be poor without.
WHOLE = (
    "新质生产力 低空经济 无证明城市 三公里就业圈 一网通办 放管服 四送一服 规上工业 营商环境 "
    "揭榜挂帅 专精特新 双招双引 枫桥经验 链长制 人均可支配收入"
).split()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
@pytest.mark.parametrize("engine", ENGINES)
def test_cases(case: dict[str, str], engine: str) -> None:
    """Each line is cut as a reader would, by either engine."""
    found = cut(case["text"], engine)
    assert "/".join(found) == case["words"]
    assert "".join(found) == case["text"]


def test_every_kind_has_a_case() -> None:
    """Real pages, made-up ones, and texts that only look as if they held a word."""
    assert {case["kind"] for case in CASES} == {"real", "synthetic", "negative"}


@pytest.mark.parametrize("word", WHOLE)
def test_words_of_the_field_stay_whole(word: str) -> None:
    """Alone, between verbs, after a name, with neighbours that pull at their characters."""
    for frame in ("{}", "大力推进{}建设", "我市的{}工作成效明显", "加快{}、持续优化{}", "“{}”"):
        text = frame.replace("{}", word)
        assert cut(text).count(word) == frame.count("{}"), cut(text)


def test_every_domain_word_is_needed_and_works(plain_jieba: None) -> None:
    """Each row changes something: plain jieba does not have the word, and here it is one word."""
    for word in sorted(word_list("domain_words")):
        assert cut(f"的{word}，")[1:] == [word, "，"]
        if word not in words._mixed():
            assert not jieba.dt.FREQ.get(word), f"{word}: jieba knows it, the row is of no use"


@pytest.fixture(scope="module")
def plain_jieba() -> None:
    """The dictionary as jieba publishes it, loaded without its messages."""
    if not jieba.dt.initialized:
        jieba.dt.FREQ, jieba.dt.total = jieba.dt.gen_pfdict(jieba.dt.get_dict_file())
        jieba.dt.initialized = True


def test_own_tokenizer(plain_jieba: None) -> None:
    """A user's own jieba in the same process stays as it was."""
    cut("营商环境", "jieba")
    assert jieba.lcut("营商环境") == ["营商", "环境"]


# ---- the two engines -----------------------------------------------------------------------------


@needs_rjieba
def test_engines_agree_on_the_seeds(seeds: dict[str, str]) -> None:
    """Raw pages, noise and all: the same words in the same order."""
    for name, text in seeds.items():
        assert cut(text, "jieba") == cut(text, "rjieba"), name


@needs_rjieba
def test_engines_agree_on_a_sample_of_the_corpus(corpus: Path) -> None:
    """A dozen pages of all levels and years, old ones with traditional characters among them."""
    pages = sorted(corpus.glob("*/*.txt")) + sorted(corpus.glob("*/*.md"))
    oldest = sorted(corpus.glob("central/*"))[:1]
    for page in [*pages[:: len(pages) // 10], *oldest]:
        text = page.read_text(encoding="utf-8")[:20_000]
        assert cut(text, "jieba") == cut(text, "rjieba"), page.name


@needs_rjieba
@given(
    st.text(alphabet="的一二营商环境平稳增长钱琮赫新质生产力规上工业龘𠀀國A5G.%+-\n “", max_size=60)
)
def test_engines_agree_on_anything(text: str) -> None:
    """Words torn apart, rare characters, names to be guessed: no difference, no character lost."""
    found = cut(text, "jieba")
    assert found == cut(text, "rjieba")
    assert "".join(found) == text and "" not in found


@given(st.text(max_size=80))
def test_words_joined_are_the_text(text: str) -> None:
    """Whatever is put in comes out, half a surrogate pair included."""
    assert "".join(cut(text)) == text
    assert "".join(cut(text + "\ud800")) == text + "\ud800"


def test_an_engine_that_cuts_otherwise_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An rjieba that disagrees with jieba is passed over; the words are right."""
    _, plain = words._cutter("jieba")
    monkeypatch.setattr(words, "_load", lambda name: list if name == "rjieba" else plain)
    monkeypatch.setattr(words, "_cutter", cache(words._cutter.__wrapped__))
    assert words.engine_in_use().startswith("jieba ")
    assert cut("优化营商环境") == ["优化", "营商环境"]


def test_unknown_engine() -> None:
    """The nearest name is suggested."""
    with pytest.raises(ReportlibError, match="Did you mean 'jieba'"):
        cut("一", "jeiba")


# ---- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_long_stretches_are_cut_in_pieces(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 characters without a mark: no engine ever sees a stretch beyond the limit."""
    seen: list[str] = []
    name, cutter = words._cutter(engine)
    monkeypatch.setattr(words, "_cutter", lambda _: (name, lambda t: seen.append(t) or cutter(t)))
    text = "犇骉龘营" * 2_500
    assert "".join(cut(text, engine)) == text
    assert max(map(len, seen[0].splitlines())) == words.STRETCH
    assert len(seen[0]) == len(text) + len(text) // words.STRETCH - 1


# ---- counting ------------------------------------------------------------------------------------


def test_count_words_counts_words_only() -> None:
    """No numbers, marks, Latin words, stop words or broken pieces; domain words as they are."""
    text = "我们坚持以PM2.5为重点,ABC 2024年,坚持“互联网+”的营商环境,坚持5G。"
    assert count_words(text) == {
        "坚持": 3,
        "PM2.5": 1,
        "重点": 1,
        "互联网+": 1,
        "营商环境": 1,
        "5G": 1,
    }
    assert list(count_words(text))[:2] == ["坚持", "PM2.5"], "in the order of first appearance"
    assert count_words("路和桥", shortest=1) == {"路": 1, "桥": 1}
    assert count_words("") == {}


@given(
    st.lists(
        st.sampled_from(
            "的 我们 坚持营商环境 路 5G 12.PM2.5 互联网+ A股 R&D . A 1 \n \r".split(" ")
        )
    )
)
def test_count_words_counts_what_cut_gives(pieces: list[str]) -> None:
    """The words of ``cut`` in their order, less those that are not counted."""
    text, mixed, stop = "，".join(pieces), words._mixed(), word_list("stop_words")
    counted = [w for w in cut(text) if w in mixed or (w not in stop and "一" <= w[0] <= "鿕")]
    for shortest in (1, 2, 3):
        kept = [w for w in counted if w in mixed or len(w) >= shortest]
        assert list(count_words(text, shortest).items()) == list(Counter(kept).items())


def test_lists_do_not_contradict() -> None:
    """A word is not both kept whole and left out; kinds and topics are a small closed set."""
    assert not word_list("domain_words") & word_list("stop_words")
    kinds = {row["kind"] for row in table("stop_words", required=("word",), unique="word")}
    assert kinds == {
        "pronoun",
        "preposition",
        "conjunction",
        "particle",
        "adverb",
        "auxiliary",
        "numeral",
    }
    topics = [row["topic"] for row in table("domain_words", required=("word",), unique="word")]
    assert min(map(topics.count, set(topics))) >= 10


# ---- manners -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_printed_or_left_behind(engine: str, tmp_path: Path) -> None:
    """No message, no warning even of the strictest kind, no cache file in the temporary folder."""
    program = f"from reportlib.words import cut; assert cut('营商环境', {engine!r}) == ['营商环境']"
    command = [sys.executable, "-B", "-W", "error", "-c", program]
    environment = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PYTHONUTF8": "1", "PATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())
