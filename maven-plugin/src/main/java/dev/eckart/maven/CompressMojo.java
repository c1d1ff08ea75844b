package dev.eckart.maven;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a model, or a folder of models, as {@code eckart compress} does; fails the build if a limit is exceeded. Parameters have
 * the names that keys of a policy have. A model in which there is nothing to gain is written all the same, so that the build goes on.
 */
@Mojo(name = "compress", defaultPhase = LifecyclePhase.PROCESS_RESOURCES, threadSafe = true)
public final class CompressMojo extends EckartMojo {
    /** The original: an .onnx file, or a folder with models in it; never changed. */
    @Parameter(property = "eckart.model", required = true)
    private File model = new File("");

    /** The file or folder to write, over what may be there (default: the model's name among the project's classes). */
    @Parameter(property = "eckart.output")
    private @Nullable File output;

    @Parameter(defaultValue = "${project.build.outputDirectory}", readonly = true, required = true)
    private File outputDirectory = new File("");

    /**
     * Options of {@code eckart compress}, each as an element with the long name of the option: {@code <size>25%</size>},
     * {@code <joint>true</joint>}. An option that may be repeated has an element for each value in it.
     */
    @Parameter
    private @Nullable PlexusConfiguration compress;

    /** Inputs to compare outputs on. */
    @Parameter
    private @Nullable String inputs;

    /** Class labels of the inputs: FILE.npy or FILE.npz:NAME. */
    @Parameter
    private @Nullable String labels;

    /** The seed of made-up inputs. */
    @Parameter
    private @Nullable String seed;

    /** Sizes of dynamic axes at which the models are compared, too. */
    @Parameter
    private List<String> shapes = new ArrayList<>();

    /** Whether to measure the memory of a session with each model. */
    @Parameter(defaultValue = "false")
    private boolean memory;

    /** The longest time of any one load or run of a model: 90s, 10m, or none. */
    @Parameter(alias = "time-limit")
    private @Nullable String timeLimit;

    /** Metrics of the task. */
    @Parameter
    private List<String> metrics = new ArrayList<>();

    /** Jars with strategies, metrics or encodings of your own. */
    @Parameter
    private List<String> plugin = new ArrayList<>();

    /** Limits, each as an element with its name: {@code <min-cosine>0.99</min-cosine>}. */
    @Parameter
    private Map<String, String> limits = new TreeMap<>();

    @Override
    List<String> arguments(Reports reports) throws MojoExecutionException {
        Path place = Optional.ofNullable(output)
                .map(File::toPath)
                .orElseGet(() -> outputDirectory.toPath().resolve(model.getName()));
        Path folder = place.toAbsolutePath().getParent();
        if (folder != null) {
            makeFolder(folder);
        }
        List<String> arguments =
                new ArrayList<>(List.of("compress", "--output=" + place, "--force", "--write-anyway", "--isolate"));
        arguments.addAll(
                model.isDirectory() ? reports.options(".json", ".md") : reports.options(".json", ".html", ".xml"));
        Optional.ofNullable(compress).ifPresent(options -> arguments.addAll(CommandOptions.of(options)));
        arguments.addAll(CommandOptions.of("inputs", inputs));
        arguments.addAll(CommandOptions.of("labels", labels));
        arguments.addAll(CommandOptions.of("seed", seed));
        shapes.forEach(each -> arguments.addAll(CommandOptions.of("shapes", each)));
        if (memory) {
            arguments.add("--memory");
        }
        arguments.addAll(CommandOptions.of("time-limit", timeLimit));
        metrics.forEach(each -> arguments.addAll(CommandOptions.of("metric", each)));
        plugin.forEach(each -> arguments.addAll(CommandOptions.of("plugin", each)));
        limits.forEach((name, limit) -> arguments.add(CommandOptions.limit(name, limit)));
        arguments.add("--");
        arguments.add(model.toString());
        return arguments;
    }
}
