package dev.eckart.cli;

import dev.eckart.cli.render.ShownText;
import dev.eckart.core.Progress;
import java.io.PrintStream;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as bars on a terminal, gone once their stage is done. */
final class ProgressBars implements Progress {
    private static final int WIDTH = 80;

    private final PrintStream terminal;

    /** What stands in a bar's place; empty where nothing does. */
    private String line = "";

    ProgressBars(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public Task start(String label, long steps) {
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(ShownText.of(label))
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .clearDisplayOnFinish()
                .setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH))
                .build();
        return new Task() {
            @Override
            public void step(long done) {
                bar.stepBy(done);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }

    /** Says what takes long at the moment, in the place of a bar, which comes back with its next step. */
    synchronized void tell(Optional<String> sentence) {
        String wanted = sentence.map(ShownText::of).map(ProgressBars::cut).orElse("");
        if (!wanted.equals(line)) {
            terminal.print(
                    wanted.isEmpty() ? "\r" + " ".repeat(WIDTH) + "\r" : ("\r%-" + WIDTH + "s").formatted(wanted));
            terminal.flush();
            line = wanted;
        }
    }

    private static String cut(String sentence) {
        return sentence.length() <= WIDTH ? sentence : sentence.substring(0, WIDTH - 1) + "…";
    }
}
