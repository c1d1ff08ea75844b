package dev.eckart.maven;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Checks a compressed model against a policy, as {@code eckart check} does; fails the build if a limit is exceeded. */
@Mojo(name = "check", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true)
public final class CheckMojo extends EckartMojo {
    /** The policy; paths in it are relative to it. */
    @Parameter(property = "eckart.policy", defaultValue = "${basedir}/eckart.yml", required = true)
    private File policy = new File("");

    /** Whether to write the policy's baseline from this run if the limits are met, instead of comparing with it. */
    @Parameter(property = "eckart.updateBaseline", defaultValue = "false")
    private boolean updateBaseline;

    @Override
    List<String> arguments(Reports reports) {
        List<String> arguments = new ArrayList<>(List.of("check"));
        arguments.addAll(reports.options(".json", ".html", ".xml"));
        if (updateBaseline) {
            arguments.add("--update-baseline");
        }
        arguments.add("--");
        arguments.add(policy.toString());
        return arguments;
    }
}
