"""Both languages are complete, and codes of engines and books have their words."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from entrepot.audit.report import IDENTITIES
from entrepot.core.components import COMPONENTS, FAMILIES
from entrepot.core.kinds import Kind
from entrepot.core.reasons import Reason
from entrepot.engines.demand.model import FLAGS
from entrepot.engines.demand.opportunities import SOURCES
from entrepot.faces.web import demand_words, families, reasons, sentences
from entrepot.faces.web.problems import PROBLEMS
from entrepot.faces.web.vocabulary import WORDS
from entrepot.workflows import templates as offered
from tests.faces.web.fixtures import decisions

WEB = Path(sentences.__file__).parent
CATALOGUE = WEB.parents[1] / "locale" / "zh_Hans" / "LC_MESSAGES"
ENGINES = WEB.parents[1] / "engines"


def _entries() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for block in (CATALOGUE / "django.po").read_text("utf-8").split("\n\n"):
        entry: dict[str, str] = {"flags": "".join(re.findall(r"^#,(.*)$", block, re.MULTILINE))}
        for name, text in re.findall(
            r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[0\])?) ("(?:.*)"(?:\n".*")*)', block, re.M
        ):
            entry[name.removesuffix("[0]")] = "".join(ast.literal_eval(line) for line in text.split("\n"))
        if entry.get("msgid"):
            found.append(entry)
    return found


def test_every_text_of_the_pages_is_in_the_catalogue() -> None:
    """What templates and modules say through gettext stands in the Chinese catalogue."""
    known = {entry["msgid"] for entry in _entries() if "msgctxt" not in entry}
    known_in = {(entry["msgctxt"], entry["msgid"]) for entry in _entries() if "msgctxt" in entry}
    said: set[str] = set()
    said_in: set[tuple[str, str]] = set()
    for path in WEB.glob("templates/web/*.html"):
        text = path.read_text("utf-8")
        for a, b, context in re.findall(
            r"{%\s*translate (?:\"([^\"]+)\"|'([^']+)')(?: context \"([^\"]+)\")?", text
        ):  # fmt: skip
            asked = (a or b).replace("%", "%%")  # as the tag looks it up
            if context:
                said_in.add((context, asked))
            else:
                said.add(asked)
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if node.func.id in {"_", "gettext_lazy", "gettext"} and texts:
                    said.add(texts[0])
                if node.func.id in {"pgettext", "pgettext_lazy"}:
                    said_in.add((texts[0], texts[1]))
    assert len(said) > 300
    assert sorted(said_in - known_in) == []
    assert sorted(said - known - {text.replace("%", "%%") for text in known} - _percent(said, known)) == []


def _percent(said: set[str], known: set[str]) -> set[str]:
    return {text for text in said if text.replace("%", "%%") in known}


def test_the_chinese_catalogue_is_complete() -> None:
    """No entry is empty or doubtful, and its placeholders are those of the English text."""
    entries = _entries()
    assert len(entries) > 400
    for entry in entries:
        assert entry["msgstr"], entry["msgid"]
        assert "fuzzy" not in entry["flags"], entry["msgid"]
        holes = r"%\(\w+\)[sd]|{\w+}"
        said = entry.get("msgid_plural", entry["msgid"])  # Chinese has one form for both
        assert set(re.findall(holes, entry["msgstr"])) == set(re.findall(holes, said)), entry["msgid"]


def test_the_compiled_catalogue_is_the_written_one() -> None:
    """The .mo file that is served was compiled from this .po file."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in _entries():
        if "msgid_plural" in entry:
            said = compiled.ngettext(entry["msgid"], entry["msgid_plural"], 2)
        elif "msgctxt" in entry:
            said = compiled.pgettext(entry["msgctxt"], entry["msgid"])
        else:
            said = compiled.gettext(entry["msgid"])
        assert said == entry["msgstr"]


def test_every_component_family_kind_and_document_has_its_word() -> None:
    """Nothing that the core names shows its code to a reader."""
    assert set(FAMILIES) <= set(families.NAMES)
    assert set(COMPONENTS) <= set(families.COMPONENTS)
    assert {kind.name.lower() for kind in Kind} <= set(WORDS["effect"])
    assert set(offered.document_types()) <= set(WORDS["document"])
    assert set(IDENTITIES) == set(WORDS["law"])


@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh-hans", "zh")])
def test_documents_are_called_as_their_templates_are(language: str, code: str) -> None:
    """A seller who filled in a template meets the same word on every page."""
    with translation.override(language):
        said = {kind: str(WORDS["document"][kind]) for kind in offered.document_types()}
    assert said == {kind: offered.title(kind, code) for kind in offered.document_types()}


def test_every_reason_of_the_engines_has_its_sentence() -> None:
    """Codes that the engines give are codes that the pages can say."""
    codes: set[str] = set()
    for path in [*ENGINES.rglob("explain.py"), *(ENGINES / "demand").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(str(first.value))
    assert len(codes) > 10
    assert sorted(codes - set(reasons.SENTENCES)) == []


def test_every_reason_of_an_opportunity_has_its_sentence() -> None:
    """Each source, assumed or measured, and each origin of the money."""
    codes = {f"opp_{source}{end}" for source in SOURCES for end in ("", "_measured")}
    codes |= {f"opp_money_{basis}" for basis in ("own", "similar", "shop", "unknown")}
    codes |= {"opp_findable", "opp_near", "opp_trend"}
    assert codes == set(demand_words.OPPORTUNITIES)
    assert set(SOURCES) == set(demand_words.SOURCES)


def test_every_flag_of_a_forecast_has_its_words() -> None:
    """In the list and among the reasons of one SKU."""
    assert set(FLAGS) <= set(WORDS["flag"])
    assert {f"flag_{flag}" for flag in FLAGS} - {"flag_no_history", "flag_assumed_spread"} <= set(reasons.SENTENCES)


def test_a_reason_is_said_in_both_languages() -> None:
    """Amounts with their currency, lists in words, dates as the language writes them."""
    stock = {"available": 41, "inbound": 0, "weekly_mean": 32.5, "stockout_on": "2026-03-09"}
    assert sentences.line(Reason("stock", "?", stock)) == (
        "41 available, 0 on the way, 32.5 sold a week: lasts until 9 Mar 2026."
    )
    with translation.override("zh-hans"):
        assert "可卖到 2026年3月9日" in sentences.line(Reason("stock", "?", stock))
        assumed = Reason("assumed", "?", {"inputs": "lead_weeks,capital_rate"})
        assert sentences.line(assumed) == "按假设计算：交期、资金成本。"
    effect = {"margin_saved": 123_400, "holding_added": 5_600, "currency": "EUR"}
    assert "€1,234.00" in sentences.line(Reason("effect", "?", effect))


def test_an_unknown_code_keeps_its_english_text() -> None:
    """A newer engine may give reasons that the pages do not know yet, or other parameters than they expect."""
    assert sentences.line(Reason("of_tomorrow", "As told.", {})) == "As told."
    assert sentences.line(Reason("range", "As told.", {"weeks": 4})) == "As told."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_decisions_are_sentences(language: str) -> None:
    """No placeholder is left open, in either language."""
    with translation.override(language):
        for item in decisions():
            said = sentences.decision(item)
            assert item.sku in said
            assert "{" not in said


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_stock_that_lasts_beyond_the_plan_has_no_day_to_tell(language: str) -> None:
    """A line whose stock-out lies beyond the weeks ahead is told without a day, in the words for it."""
    told = {"available": 900, "coming": 0, "waiting": 0, "weekly": 4.0, "out_on": "", "reserved": 0}
    with translation.override(language):
        without, dated = (reasons.sentence("plan_standing", {**told, "out_on": day}) for day in ("", "2026-11-20"))
    assert without is not None
    assert dated is not None
    assert without != dated
    assert "2026" not in without
    assert "{" not in without + dated


COMMANDS = {"backup.py", "move.py", "setup.py", "demo.py", "compare.py"}
"""Modules that only commands call: these speak English."""


def _said_problems() -> dict[str, set[str]]:
    """Code of each problem that the books, files and acts of the pages raise → its remedies that stand there whole."""
    found: dict[str, set[str]] = {}
    for path in WEB.parents[1].rglob("*.py"):
        if "cli" in path.parts or path.name in COMMANDS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 3:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            code, remedy = node.args[0], node.args[2]
            if not re.search(r"[Pp]roblem$|^refused$", name):
                continue
            if not isinstance(code, ast.Constant) or not re.fullmatch(r"[a-z_]+", str(code.value)):
                continue
            remedies = found.setdefault(str(code.value), set())
            if isinstance(remedy, ast.Constant):
                remedies.add(str(remedy.value))
    return found


def test_every_problem_is_told_in_chinese() -> None:
    """A problem has its words by its code; where its message is what was typed, its remedy has."""
    said = _said_problems()
    assert len(said) > 200
    known = {entry["msgid"] for entry in _entries() if entry.get("msgstr")}
    mute = {
        code: remedies - known
        for code, remedies in said.items()
        if code not in PROBLEMS and (not remedies or remedies - known)
    }
    assert not mute, "; ".join(f"{code}: {sorted(remedies)}" for code, remedies in mute.items())
