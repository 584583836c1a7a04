"""The suite that every setting inherits: a new field of Settings is tested without a line here."""

import random

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.settings import ARCHIVE_CODE_FORMS, FONT_POINTS, PREFIX, Setting, Settings, settings

EVERY = pytest.mark.parametrize("setting", settings(), ids=lambda s: s.name)


class Texts(dict):
    """Small texts in memory, as `home.meta` keeps them."""

    def get(self, key: str, default: str = "") -> str:
        return super().get(key, default)

    def set(self, key: str, value: str) -> None:
        assert isinstance(value, str)
        self[key] = value


def other_values(setting: Setting) -> list:
    """Good values that are not the default."""
    if setting.type is bool:
        return [not setting.default]
    if setting.type is int:
        return [
            v for v in (setting.least, setting.most) if v != setting.default and not Settings.find({setting.name: v})
        ]
    if setting.choices:
        return [value for value, _ in setting.choices if value != setting.default]
    return [
        v
        for v in ("", "X109", *ARCHIVE_CODE_FORMS.values())
        if v != setting.default and not Settings.find({setting.name: v})
    ]


@EVERY
def test_it_is_asked_with_a_label_a_sentence_and_a_default_that_is_good(setting: Setting):
    assert setting.ask.label
    assert setting.ask.hint.endswith("。")
    assert Settings.find({setting.name: setting.default}) == []
    assert getattr(Settings(), setting.name) == setting.default
    assert next(iter(settings())).ask.group


@EVERY
def test_every_good_value_is_kept_and_read_back(setting: Setting):
    values = other_values(setting)
    assert values
    for value in values:
        store = Texts({"role": "station", PREFIX + "of_a_newer_version": "7"})
        assert Settings().changed(**{setting.name: value}).save(store) == [setting.name]
        assert getattr(Settings.load(store), setting.name) == value
        assert (store["role"], store[PREFIX + "of_a_newer_version"]) == ("station", "7")
        assert Settings.load(store).save(store) == []
        assert Settings().save(store) == [setting.name]
        assert Settings.load(store) == Settings()


@EVERY
def test_every_good_value_is_understood_as_typed(setting: Setting):
    for value in other_values(setting):
        changed = Settings().changed(**{setting.name: value})
        assert Settings().changed(**{setting.name: changed.text(setting.name)}) == changed


@EVERY
@pytest.mark.parametrize("wrong", [None, [], {}, 3.5, -1, 10**9, "\x00", "胡说{", "x" * 600])
def test_what_does_not_fit_is_refused_with_sentence_and_remedy(setting: Setting, wrong):
    findings = Settings.find({setting.name: wrong})
    free = setting.type is str and not setting.choices
    if free and wrong in ("\x00", "胡说{") and not findings:
        return  # free text: cleaned and kept
    (finding,) = findings
    assert finding.field == setting.name
    assert finding.code.isupper()
    assert finding.sentence.endswith("。")
    assert finding.remedy
    with pytest.raises(Problem) as refused:
        Settings().changed(**{setting.name: wrong})
    assert refused.value.more["field"] == setting.name


@EVERY
def test_a_number_outside_its_limits_is_refused(setting: Setting):
    if setting.type is int and not isinstance(setting.default, bool):
        assert setting.least < setting.most
        for wrong in (setting.least - 1, setting.most + 1):
            assert [f.code for f in Settings.find({setting.name: wrong})] == ["OUT_OF_RANGE"]


@EVERY
def test_a_text_that_is_not_understood_means_the_default_and_stays(setting: Setting):
    store = Texts({PREFIX + setting.name: "{of a newer version" * 40})
    loaded = Settings.load(store)
    assert getattr(loaded, setting.name) == setting.default
    loaded.save(store)
    assert store[PREFIX + setting.name].startswith("{of a newer")


def test_any_mixture_comes_back():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(50):
        values = {s.name: chance.choice([s.default, *other_values(s)]) for s in settings()}
        if Settings.find(values):
            continue
        store = Texts()
        wanted = Settings().changed(**values)
        wanted.save(store)
        assert Settings.load(store) == wanted


def test_an_unknown_setting_names_the_nearest():
    (finding,) = Settings.find({"font_sise": "大"})
    assert finding.code == "UNKNOWN_SETTING"
    assert "font_size" in finding.remedy


def test_red_comes_after_yellow_also_when_read():
    assert [f.code for f in Settings.find({"backup_yellow_days": 14})] == ["RED_BEFORE_YELLOW"]
    store = Texts({PREFIX + "backup_yellow_days": "60", PREFIX + "backup_red_days": "30", PREFIX + "font_size": "大"})
    loaded = Settings.load(store)
    assert (loaded.backup_yellow_days, loaded.backup_red_days, loaded.font_size) == (7, 14, "大")
    store = Texts({PREFIX + "backup_yellow_days": "60", PREFIX + "backup_red_days": "90"})
    assert (Settings.load(store).backup_yellow_days, Settings.load(store).backup_red_days) == (60, 90)


@pytest.mark.parametrize("form", ARCHIVE_CODE_FORMS.values())
def test_both_standards_forms_of_the_archive_code_are_good(form: str):
    assert Settings().changed(archive_code_template=form).archive_code_template == form


@pytest.mark.parametrize(
    "form", ["", "{全宗号}", "{全宗号.__class__}-{年度}-{保管期限}-{件号}", "{全宗号}{年度}{保管期限}{件号}{", "{卷}"]
)
def test_an_archive_code_that_could_not_be_filled_is_refused(form: str):
    assert [f.code for f in Settings.find({"archive_code_template": form})] == ["BAD_ARCHIVE_TEMPLATE"]


def test_codes_typed_full_width_are_understood():
    assert Settings().changed(fonds_number="z109").fonds_number == "Z109"


def test_sizes_are_those_of_the_design():
    assert dict(FONT_POINTS) == {"小": 10, "中": 11, "大": 13, "特大": 16}
    size = next(s for s in settings() if s.name == "font_size")
    assert [value for value, _ in size.choices] == list(FONT_POINTS)
