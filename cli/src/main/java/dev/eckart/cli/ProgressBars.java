package dev.eckart.cli;

import dev.eckart.core.Progress;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as bars on a terminal, gone once their stage is done. */
final class ProgressBars implements Progress {
    private static final int WIDTH = 80;

    private final PrintStream terminal;
    private final List<ProgressBar> bars = new CopyOnWriteArrayList<>();

    /** What stands on a line without a bar; empty where nothing does. */
    private String line = "";

    ProgressBars(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public synchronized Task start(String label, long steps) {
        show("");
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(label)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .clearDisplayOnFinish()
                .setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH))
                .build();
        bars.add(bar);
        return new Task() {
            @Override
            public void step(long done) {
                bar.stepBy(done);
            }

            @Override
            public void close() {
                bars.remove(bar);
                bar.close();
            }
        };
    }

    /** Says what takes long at the moment, beside the bars or, where there are none, on a line; empty if nothing does. */
    synchronized void tell(Optional<String> sentence) {
        bars.forEach(bar -> bar.setExtraMessage(sentence.orElse("")));
        show(bars.isEmpty() ? sentence.orElse("") : "");
    }

    /** In place of what the line has. */
    private void show(String text) {
        String cut = text.length() < WIDTH ? text : text.substring(0, WIDTH - 2) + "…";
        if (!cut.equals(line)) {
            terminal.print(
                    "\r" + cut + " ".repeat(Math.max(0, line.length() - cut.length())) + (cut.isEmpty() ? "\r" : ""));
            terminal.flush();
            line = cut;
        }
    }
}
