"""Codes of lifts and organisations: what is refused, what is only asked about, what passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.register.catalogue import EQUIPMENT, GROUPS, PRESENT, VARIETIES, varieties_of
from liftwatch.register.codes import (
    CREDIT_ALPHABET,
    credit_check,
    judge_credit_code,
    judge_equipment_code,
    judge_rescue_code,
    own_check,
    take_apart,
    tidy_code,
)
from liftwatch.register.doubts import Unusual, Wrong

YEAR = 2026
REAL_COMPANIES = [  # as they stand in their published annual reports
    "91330100799655058B",
    "9144030071526726XG",
    "914403001922038216",
    "91110000802100433B",
    "91110000600037341L",
    "91100000000013477B",  # registered for the whole country
]


def equipment_codes() -> st.SearchStrategy[str]:
    """Codes by the rule for registration codes, of lifts."""
    varieties = sorted({row.code for row in VARIETIES if row.use != "stairs"})
    return st.builds(
        "{}{}{:04}{:02}{:04}".format,
        st.sampled_from(varieties),
        st.sampled_from(["320583", "310109", "110101", "650102"]),
        st.integers(1980, YEAR + 1),
        st.integers(1, 12),
        st.integers(1, 9_999),
    )


@given(equipment_codes())
def test_a_regular_equipment_code_is_taken_apart_and_passes(code: str) -> None:
    """Nothing is lost on the way."""
    parts = take_apart(code)
    assert parts is not None
    assert parts.variety + parts.place + parts.year + parts.month + parts.serial == code
    assert judge_equipment_code(code, year=YEAR) is None


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    """Never an exception; nothing passes that has not the form."""
    doubt = judge_equipment_code(text, year=YEAR)
    if doubt is None:
        assert len(text) == 20
        assert text.isascii()
    if judge_credit_code(text) is None:
        assert len(text) == 18
    if not isinstance(judge_rescue_code(text), Wrong):
        assert len(text) == 6
        assert text.isascii()


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("31103446022018080001", None, None),  # domain 1.5
        ("31303101092006040257", None, None),  # domain 1.5, by the former catalogue
        ("30103201022005048051", Unusual, "3010"),  # domain 1.5: of Nanjing, in no catalogue
        ("", Wrong, "15 to 20"),
        ("3110", Wrong, "15 to 20"),
        ("311032058320180800011", Wrong, "15 to 20"),
        ("3110320583201808000a", Wrong, "capital"),
        ("31103205832018080001\n", Wrong, "15 to 20"),
        ("３１１０3205832018080001", Wrong, "15 to 20"),
        ("3.11032E+19", Wrong, "rounded"),
        ("3,11032E+19", Wrong, "rounded"),
        ("41103205832018080001", Wrong, "crane"),
        ("F1103205832018080001", Wrong, "begins with F"),
        ("33103205832018080001", None, None),  # before 2014 a hydraulic lift
        ("33203205832018080001", None, None),
        ("35003205832008080001", Unusual, "escalator"),
        ("39993205832018080001", Unusual, "no catalogue"),
        ("31109905832018080001", Unusual, "no province"),
        ("3110320583197908000A", Unusual, "1979"),
        ("31103205832027080001", None, None),  # made ahead
        ("31103205832028080001", Unusual, "2028"),
        ("31103205832018130001", Unusual, "month 13"),
        ("31103205832018000001", Unusual, "month 00"),
        ("31103205832018080000", Unusual, "zeros"),
        ("311010890201500098", Unusual, "18 characters"),
        ("3110320583201500098", Unusual, "19 characters"),
        ("3110320583201800", Unusual, "16 characters"),
        ("311099890201500098", Unusual, "no province"),
    ],
)
def test_equipment_codes_of_the_registers(
    code: str, kind: type[Wrong | Unusual] | None, says: str | None
) -> None:
    """Strict only where it is no code of a lift at all."""
    doubt = judge_equipment_code(code, year=YEAR)
    assert type(doubt) is (kind or type(None))
    assert says is None or (doubt is not None and says in doubt.text)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("063577", None),
        ("63577", Wrong),
        ("0635777", Wrong),
        ("06357A", Wrong),
        ("０６３５７７", Wrong),
        ("063577\n", Wrong),
        ("", Wrong),
        ("000000", Unusual),
    ],
)
def test_rescue_codes(code: str, kind: type[Wrong | Unusual] | None) -> None:
    """Six digits and nothing else."""
    assert type(judge_rescue_code(code)) is (kind or type(None))


@pytest.mark.parametrize("code", REAL_COMPANIES)
def test_credit_codes_of_real_companies_pass(code: str) -> None:
    """Both check characters."""
    assert judge_credit_code(code) is None


@given(st.sampled_from(REAL_COMPANIES), st.data())
def test_one_mistyped_character_of_a_credit_code_is_noticed(code: str, data: st.DataObject) -> None:
    """All weights are prime to 31: any single change shows."""
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([one for one in CREDIT_ALPHABET if one != code[place]]))
    assert isinstance(judge_credit_code(code[:place] + other + code[place + 1 :]), Wrong)


@given(st.sampled_from(REAL_COMPANIES), st.integers(0, 15))
def test_two_exchanged_characters_of_a_credit_code_are_noticed(code: str, place: int) -> None:
    """Neighbours have different weights."""
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or isinstance(judge_credit_code(swapped), Wrong)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_what_is_checked_by_both_rules_passes(own: str) -> None:
    """A code made by the rules has nothing the matter."""
    code = "91320583" + own + own_check(own)
    assert judge_credit_code(code + credit_check(code)) is None


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("913301007996550", Wrong, "18 characters, not 15"),
        ("9133010079965505SB", Wrong, "'S'"),
        ("91330100799655058b", Wrong, "'b'"),
        ("91A30100799655058B", Wrong, "A30100"),
        ("91330100799655058C", Wrong, "last character"),
    ],
)
def test_credit_codes_that_cannot_be(code: str, kind: type[Wrong], says: str) -> None:
    """Each with its reason."""
    doubt = judge_credit_code(code)
    assert isinstance(doubt, kind)
    assert says in doubt.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("B1330100799655058", "under B"),
        ("91990100799655058", "no province"),
        ("91330100799655059", "check character"),
    ],
)
def test_credit_codes_that_are_only_odd(body: str, says: str) -> None:
    """The outer check holds: somebody gave it like this."""
    doubt = judge_credit_code(body + credit_check(body))
    assert isinstance(doubt, Unusual)
    assert says in doubt.text


def test_a_code_tidied_stays_as_it_is() -> None:
    """Typed with spaces, hyphens, small or wide letters."""
    assert tidy_code("３１１０-320583 201808 0001") == "31103205832018080001"
    assert tidy_code(tidy_code("91 3301-00799655058b")) == "91330100799655058B"


def test_the_catalogue_is_sound() -> None:
    """Each code once a catalogue, all of lifts, every present group has a name."""
    assert len({(row.code, row.since) for row in VARIETIES}) == len(VARIETIES)
    assert all(row.code[0] == "3" and len(row.code) == 4 for row in VARIETIES)
    assert {row.code[:2] for row in VARIETIES if row.since == PRESENT} == set(GROUPS)
    assert EQUIPMENT["3"] == "a lift"


def test_what_an_old_plate_means() -> None:
    """3130 changed its meaning in 2014; the likely one comes first, the other is not hidden."""
    assert [row.chinese for row in varieties_of("3130", year=2006)] == [
        "无机房客梯",
        "强制驱动载货电梯",
    ]
    assert varieties_of("3130")[0].chinese == "强制驱动载货电梯"
    assert varieties_of("3999") == ()
