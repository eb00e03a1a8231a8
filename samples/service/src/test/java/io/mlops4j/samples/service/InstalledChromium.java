package io.mlops4j.samples.service;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A Chromium that is installed on this machine; without one, the test is skipped. */
final class InstalledChromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "chrome");

  /** For a busy machine; half a minute is Playwright's own. */
  private static final double MOST_MILLIS = 180_000;

  private final Playwright playwright;
  private final Browser browser;

  private InstalledChromium(Path executable) {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions()
                    .setExecutablePath(executable)
                    .setArgs(List.of("--no-sandbox"))
                    .setTimeout(MOST_MILLIS));
  }

  static InstalledChromium start() {
    Optional<Path> chromium =
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)))
            .filter(Files::isExecutable)
            .findFirst();
    if (chromium.isEmpty()) {
      System.out.println("skipped: found none of " + NAMES + " on the PATH to open pages in");
    }
    Assumptions.assumeTrue(
        chromium.isPresent(), "no Chromium on the PATH: apt-get install chromium");
    return new InstalledChromium(chromium.orElseThrow());
  }

  /** A page that adds requests to other servers, messages and errors to the problems. */
  Page page(int width, String address, List<String> problems) {
    Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(width, 800));
    page.setDefaultTimeout(MOST_MILLIS);
    page.onRequest(
        request -> {
          if (!request.url().startsWith(address) && !request.url().startsWith("data:")) {
            problems.add("request: " + request.url());
          }
        });
    page.onConsoleMessage(message -> problems.add("console: " + message.text()));
    page.onPageError(error -> problems.add("error: " + error));
    return page;
  }

  @Override
  public void close() {
    playwright.close();
  }
}
