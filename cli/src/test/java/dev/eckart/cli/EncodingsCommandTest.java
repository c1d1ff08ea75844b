package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EncodingsCommandTest {
    private static final int TERMINAL = 100;

    @Test
    void should_fit_a_terminal() {
        assertThat(eckart("encodings").out().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.codePointCount(0, line.length()))
                        .as(line)
                        .isLessThanOrEqualTo(TERMINAL));
    }

    @Test
    void should_say_what_each_stores_how_that_runs_whom_it_serves_and_how_it_is_called() {
        assertThat(eckart("encodings").out())
                .startsWith("Encodings (--encoding):\n")
                .contains("""

                pair  two factors of the rank that --rank chooses  built in
                  stored: two matrices in the weight's own type
                  runs:   two products, (x·B)·A: faster where the rank is low
                  serves: products, convolutions, tables; ranks by --rank
                  pair  x·W becomes (x·B)·A: smaller and faster, where the rank is low
                """);
    }

    @Test
    void should_say_the_same_to_programs() {
        JsonNode list =
                JsonMapper.shared().readTree(eckart("encodings", "--json").out());

        assertThat(list.get("schema").asString()).isEqualTo("eckart.encodings/1");
        assertThat(StreamSupport.stream(list.get("encodings").spliterator(), false)
                        .map(entry -> entry.get("name").asString()))
                .containsExactly("bits", "float16", "int8", "packed", "pair", "pair-bits");
        assertThat(list.get("encodings")).allSatisfy(entry -> {
            for (String field : new String[] {"summary", "stores", "runs", "serves", "class", "origin"}) {
                assertThat(entry.get(field).asString()).as(field).isNotEmpty();
            }
        });
    }
}
