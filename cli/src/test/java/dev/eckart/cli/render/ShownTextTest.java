package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ShownTextTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x07, 0x09, 0x0A, 0x0D, 0x1B, 0x7F, 0x80, 0x85, 0x9B, 0x9F, 0xAD, 0x034F, 0x061C, 0x115F, 0x180E,
                0x200B, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x3164, 0xD800,
                0xDFFF, 0xE000, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFFF, 0xE0041, 0xE0100, 0x10FFFF
            })
    void should_spell_out_what_cannot_be_seen(int character) {
        String text = "a" + new String(new int[] {character}, 0, 1) + "b";

        assertThat(ShownText.of(text)).isEqualTo("a\\u{%04X}b", character);
        assertThat(ShownText.json('"' + text + '"').chars())
                .allMatch(unit -> unit == '\n' || unit == '\t' || unit >= ' ')
                .allMatch(unit -> unit < 0x7F);
    }

    @Test
    void should_leave_what_can_be_seen() {
        String text = "/encoder/größe·Ω 重み «वज़न» 🙂 std::vector a::b #1 ##heading $x `y`";

        assertThat(ShownText.of(text)).isEqualTo(text);
        assertThat(ShownText.lines(text)).isEqualTo(text);
    }

    @Test
    void should_break_what_a_build_server_takes_for_a_command() {
        assertThat(ShownText.of("::error::x")).isEqualTo("\\u{003A}:error::x");
        assertThat(ShownText.of("done ::set-output")).isEqualTo("done \\u{003A}:set-output");
        assertThat(ShownText.of("x##vso[task.y]z")).isEqualTo("x#\\u{0023}vso[task.y]z");
        assertThat(ShownText.of("##[error]x")).isEqualTo("#\\u{0023}[error]x");
        assertThat(ShownText.lines("one\n  ::error::x\n")).isEqualTo("one\n  \\u{003A}:error::x\n");
    }

    @Test
    void should_keep_the_lines_of_a_page_and_nothing_else() {
        assertThat(ShownText.lines("a\tb\r\nc\n\rd\u001B[0m")).isEqualTo("a\tb\r\nc\n\\u{000D}d\\u{001B}[0m");
    }

    @Test
    void should_write_json_that_reads_as_before() {
        String name = "\u009B\u202E\u2028\u007F\uD800 \uDB40\uDC41 ##vso[x] ::y";
        String document = JsonMapper.builder().build().writeValueAsString(name);

        String json = ShownText.json(document);

        assertThat(json).isEqualTo("\"\\u009b\\u202e\\u2028\\u007f\\ud800 \\udb40\\udc41 #\\u0023vso[x] \\u003a:y\"");
        assertThat(JsonMapper.builder().build().readValue(json, String.class)).isEqualTo(name);
    }

    @Test
    void should_keep_both_ends_of_what_is_too_long() {
        assertThat(ShownText.shortened("🙂".repeat(10), 10)).hasSize(20);
        assertThat(ShownText.shortened("abcdefghijk", 7)).isEqualTo("abcd…jk");
    }
}
