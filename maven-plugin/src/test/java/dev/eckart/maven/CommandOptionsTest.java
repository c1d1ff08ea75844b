package dev.eckart.maven;

import static org.assertj.core.api.Assertions.assertThat;

import org.codehaus.plexus.configuration.DefaultPlexusConfiguration;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.junit.jupiter.api.Test;

class CommandOptionsTest {
    @Test
    void should_have_an_option_for_each_element_and_each_value() {
        PlexusConfiguration compress = new DefaultPlexusConfiguration("compress");
        compress.addChild("size", " 25%\n");
        compress.addChild("joint", "true");
        PlexusConfiguration include = new DefaultPlexusConfiguration("include");
        include.addChild("glob", "a*");
        include.addChild("glob", "b*");
        compress.addChild(include);

        assertThat(CommandOptions.of(compress))
                .containsExactly("--size=25%", "--joint=true", "--include=a*", "--include=b*");
    }

    @Test
    void should_have_no_option_where_there_is_no_value() {
        assertThat(CommandOptions.of("inputs", null)).isEmpty();
        assertThat(CommandOptions.of("inputs", "eval.npz")).containsExactly("--inputs=eval.npz");
    }

    @Test
    void should_tell_a_limit_on_a_metric_by_its_relation() {
        assertThat(CommandOptions.limit("min-cosine", "0.99")).isEqualTo("--min-cosine=0.99");
        assertThat(CommandOptions.limit("top-5-accuracy", " <=0.01")).isEqualTo("--limit=top-5-accuracy<=0.01");
    }
}
