package dev.eckart.cli.render;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Chromium without a window, from this machine's path.
 *
 * <p>A machine need not have one to build the project: tests that want one are skipped then, unless {@code -Dbrowser=required}
 * says that there is one, as continuous integration does.
 */
final class Browser implements AutoCloseable {
    private final ChromeDriver driver;

    private Browser(Path chromium, Path driver) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync");
        options.setCapability("goog:loggingPrefs", logs);
        this.driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.toFile())
                        .build(),
                options);
    }

    /** A new one; skips the test where there is none and none is required. */
    static Browser start() {
        Optional<Path> chromium = find("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = find("chromedriver");
        boolean found = chromium.isPresent() && driver.isPresent();
        if (!found && "required".equals(System.getProperty("browser"))) {
            throw new AssertionError(
                    "-Dbrowser=required, but the path has no chromium with its chromedriver; install Debian's packages chromium and chromium-driver");
        }
        assumeTrue(found, "the path has no chromium with its chromedriver");
        return new Browser(chromium.orElseThrow(), driver.orElseThrow());
    }

    /** Opens a page in a window of that many pixels across. */
    void open(Path page, int width) {
        driver.manage().window().setSize(new Dimension(width, 900));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
        driver.get(page.toUri().toString());
    }

    /** What an expression comes to in the page. */
    @Nullable Object ask(String expression) {
        return driver.executeScript("return " + expression);
    }

    /** What the page said on its console since it was last asked, and what went wrong in it. */
    List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    /** What the page asked for, since this was last asked, other than what it holds itself. */
    List<String> requests() {
        return StreamSupport.stream(
                        driver.manage().logs().get(LogType.PERFORMANCE).spliterator(), false)
                .map(entry -> JsonMapper.builder()
                        .build()
                        .readTree(entry.getMessage())
                        .get("message"))
                .filter(message -> message.get("method").asString().equals("Network.requestWillBeSent"))
                .map(Browser::url)
                .filter(url -> !url.startsWith("data:"))
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }

    private static String url(JsonNode message) {
        return message.get("params").get("request").get("url").asString();
    }

    private static Optional<Path> find(String... names) {
        List<Path> folders = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        return Arrays.stream(names)
                .flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
