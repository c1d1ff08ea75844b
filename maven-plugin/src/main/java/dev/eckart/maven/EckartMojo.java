package dev.eckart.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;

/** What all goals have: a command to run, and reports of it. */
abstract class EckartMojo extends AbstractMojo {
    /** Exit codes of the command for models that are not what they were to be. */
    private static final int LIMIT_NOT_KEPT = 3;

    private static final int UNREACHABLE = 4;

    @Parameter(defaultValue = "${plugin.artifacts}", readonly = true, required = true)
    private List<Artifact> artifacts = new ArrayList<>();

    @Parameter(defaultValue = "${basedir}", readonly = true, required = true)
    private File basedir = new File("");

    @Parameter(defaultValue = "${mojoExecution.executionId}", readonly = true, required = true)
    private String executionId = "";

    /** The folder for reports: {@code EXECUTION.json}, {@code .html} and {@code .xml} (JUnit). */
    @Parameter(defaultValue = "${project.build.directory}/eckart", required = true)
    private File reportsDirectory = new File("");

    /** Arguments of the JVM that works, such as {@code -Xmx4g}. */
    @Parameter
    private List<String> jvmArguments = new ArrayList<>();

    /** Whether to do nothing. */
    @Parameter(property = "eckart.skip", defaultValue = "false")
    private boolean skip;

    /**
     * What to run, as the command line has it.
     *
     * @param reports options that write the reports, by the endings that there are to be
     */
    abstract List<String> arguments(Reports reports) throws MojoExecutionException;

    /** Where reports go. */
    interface Reports {
        /** Options of the command that write a report with each of these endings. */
        List<String> options(String... endings);
    }

    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("skipped, as eckart.skip says");
            return;
        }
        makeFolder(reportsDirectory.toPath());
        List<String> arguments = arguments(endings -> Stream.of(endings)
                .map(ending -> "--report=" + reportsDirectory.toPath().resolve(executionId + ending))
                .toList());
        getLog().debug("eckart " + String.join(" ", arguments));
        EckartProcess process = new EckartProcess(
                artifacts.stream().map(artifact -> artifact.getFile().toPath()).toList(),
                jvmArguments,
                basedir.toPath());
        judge(run(process, arguments));
    }

    private EckartProcess.Ended run(EckartProcess process, List<String> arguments) throws MojoExecutionException {
        try {
            return process.run(arguments, line -> getLog().info(line), line -> getLog().info(line));
        } catch (IOException e) {
            throw new MojoExecutionException("eckart cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("the build was interrupted", e);
        }
    }

    /** A model that is not what it was to be fails the build; anything else that is wrong is an error of the build. */
    private void judge(EckartProcess.Ended ended) throws MojoExecutionException, MojoFailureException {
        int last = ended.sentences().size() - 1;
        boolean failed = ended.status() != 0;
        ended.sentences()
                .subList(0, failed ? Math.max(last, 0) : last + 1)
                .forEach(sentence -> getLog().warn(sentence));
        if (!failed) {
            return;
        }
        String sentence = last < 0
                ? "eckart ended with status %d and said nothing".formatted(ended.status())
                : ended.sentences().get(last);
        if (ended.status() == LIMIT_NOT_KEPT || ended.status() == UNREACHABLE) {
            throw new MojoFailureException(sentence);
        }
        throw new MojoExecutionException(sentence);
    }

    static void makeFolder(Path folder) throws MojoExecutionException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new MojoExecutionException("folder `%s` cannot be made: %s".formatted(folder, e.getMessage()), e);
        }
    }
}
