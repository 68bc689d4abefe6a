package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void leavesTextAsItIs() {
        String text = "painter, 日本語 🎉 👩\u200d🎨 ناشر \"quoted\"";

        assertThat(Printable.line(text)).isEqualTo(text);
    }

    @Test
    void escapesWhatMovesTheCursorOrBreaksTheLine() {
        assertThat(Printable.line("a\nb\r\tc\u001b[2Jd\u0000\u007f\u009b\u2028"))
                .isEqualTo("a\\nb\\r\\tc\\u001b[2Jd\\u0000\\u007f\\u009b\\u2028");
    }

    @Test
    void escapesWhatTurnsTheDirectionOrIsNotSeen() {
        assertThat(Printable.line("a\u202eb\u2066c\u200bd\ufeff\ud800"))
                .isEqualTo("a\\u202eb\\u2066c\\u200bd\\ufeff\\ud800");
    }

    @Test
    void keepsDifferentTextsApart() {
        assertThat(Printable.line("a\\nb")).isNotEqualTo(Printable.line("a\nb"));
    }

    @Test
    void keepsTheLinesOfAMessageAndNothingElse() {
        assertThat(Printable.lines("one\ntwo\u001b[31m C:\\x")).isEqualTo("one\ntwo\\u001b[31m C:\\x");
    }
}
