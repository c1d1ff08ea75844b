package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docs/guide.md}, run on the bundled classifier. */
class GuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "guide.md");

    private static final Pattern FENCE = Pattern.compile("(?m)^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private static List<String> fenced(String language) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher fences = FENCE.matcher(Files.readString(GUIDE));
        while (fences.find()) {
            if (fences.group(1).equals(language)) {
                found.add(fences.group(2));
            }
        }
        return found;
    }

    /** As a shell would pass it, with files in a folder. */
    private List<String> arguments(String command) {
        return Arrays.stream(command.replaceFirst("^ECKART_OPTS=\\S+ ", "").split(" "))
                .skip(1)
                .map(word -> word.replace("'", ""))
                .map(word -> word.matches("\\w+\\.(onnx|npz|yml)(:\\w+)?|export(-small)?")
                        ? folder.resolve(word).toString()
                        : word)
                .toList();
    }

    @Test
    void should_show_commands_that_work() throws IOException {
        Files.move(BundledClassifier.MODEL.extractTo(folder), folder.resolve("model.onnx"));
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);
        Files.copy(data, folder.resolve("cal.npz"));
        Files.move(data, folder.resolve("eval.npz"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                folder.resolve("model.onnx"),
                Files.createDirectory(folder.resolve("export")).resolve("model.onnx"));
        Files.writeString(folder.resolve("export/tokenizer.json"), "{}");
        Files.writeString(folder.resolve("policy.yml"), fenced("yaml").get(0));
        List<String> commands = fenced("").stream().flatMap(String::lines).toList();

        assertThat(commands).hasSizeGreaterThan(9).allMatch(command -> command.contains("eckart "));
        for (String command : commands) {
            List<String> arguments = new ArrayList<>(arguments(command));
            if (arguments.get(0).equals("compress")) {
                arguments.add("--force");
            }
            CommandLineRun run = CommandLineRun.eckart(arguments.toArray());

            assertThat(run.code()).as("%s%n%s%s", command, run.out(), run.err()).isZero();
        }
        assertThat(folder.resolve("report.xml")).exists();
        assertThat(folder.resolve("export-small/tokenizer.json")).hasContent("{}");
    }
}
