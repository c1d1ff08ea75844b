package dev.eckart.cli;

import dev.eckart.core.Progress;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as bars on a terminal, gone once their stage is done. */
record ProgressBars(PrintStream terminal) implements Progress {
    private static final int WIDTH = 80;

    @Override
    public Task start(String label, long steps) {
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(label)
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
}
