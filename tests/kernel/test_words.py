"""One way to speak: Chinese sources, English when chosen, places filled, nothing that a terminal cannot print."""

from studio_desk.kernel.words import language, passage, say, series, speak, speaking


def test_chinese_is_the_source_and_the_default():
    assert language() == "zh_CN"
    assert say("没有这句译文的话。") == "没有这句译文的话。"


def test_places_are_filled_and_braces_in_values_stay():
    assert say("“{name}”有{n}个。", name="{x}{}%s", n=3) == "“{x}{}%s”有3个。"
    assert say("花括号{没有值}照旧。") == "花括号{没有值}照旧。"


def test_half_a_pair_becomes_printable():
    assert say("“{x}”", x="\ud800") == "“?”"


def test_a_language_is_chosen_for_a_while():
    with speaking("en"):
        assert language() == "en"
        with speaking("xx"):
            assert language() == "zh_CN"
        assert language() == "en"
    assert language() == "zh_CN"
    speak("en")
    speak("fr")
    assert language() == "zh_CN"


def test_a_sentence_without_translation_is_said_in_chinese():
    with speaking("en"):
        assert say("没有这句译文的话{n}。", n=1) == "没有这句译文的话1。"


def test_a_note_changes_nothing_in_chinese():
    assert say("取消", "按钮") == "取消"


def test_lists_and_sentences_join_as_the_language_does():
    assert series(["甲", "乙"]) == "甲、乙"
    assert passage("一。", "", "二。") == "一。二。"
    with speaking("en"):
        assert series(["one", "two"]) == "one, two"
        assert passage("One.", "", "Two.") == "One. Two."
