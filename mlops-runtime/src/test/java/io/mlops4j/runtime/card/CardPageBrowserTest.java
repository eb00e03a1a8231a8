package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opens cards in a real browser. Pictures are left in target/pages. */
@Thorough("browser")
class CardPageBrowserTest {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "chrome");
  private static final CardPage FLIGHTS =
      CardPage.of(
          new ModelVersion("flight-delay", 2, Models.MLP4_WRONG), Cards.flights(300).build());

  @TempDir static Path folder;

  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void startBrowser() {
    Optional<Path> chromium = chromium();
    if (chromium.isEmpty()) {
      System.out.println("skipped: found none of " + NAMES + " on the PATH to open cards in");
    }
    Assumptions.assumeTrue(
        chromium.isPresent(), "no Chromium on the PATH: apt-get install chromium");
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions()
                    .setExecutablePath(chromium.get())
                    .setArgs(List.of("--no-sandbox")));
  }

  private static Optional<Path> chromium() {
    return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
        .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @AfterAll
  static void stopBrowser() {
    if (playwright != null) {
      playwright.close();
    }
  }

  private static Page open(CardPage card, int width, ColorScheme scheme, List<String> requests)
      throws Exception {
    Path file = Files.createTempFile(folder, "card", ".html");
    Files.writeString(file, card.html());
    Page page =
        browser.newPage(
            new Browser.NewPageOptions().setViewportSize(width, 800).setColorScheme(scheme));
    page.onRequest(request -> requests.add(request.url()));
    page.onConsoleMessage(message -> requests.add("console: " + message.text()));
    page.onPageError(error -> requests.add("error: " + error));
    page.navigate(file.toUri().toString());
    requests.remove(file.toUri().toString());
    return page;
  }

  private static void picture(Page page, String name) throws Exception {
    Path pictures = Files.createDirectories(Path.of("target", "pages"));
    page.screenshot(
        new ScreenshotOptions().setFullPage(true).setPath(pictures.resolve(name + ".png")));
  }

  private static int overflow(Page page) {
    return (Integer)
        page.evaluate(
            "Math.max(0, document.documentElement.scrollWidth -"
                + " document.documentElement.clientWidth)");
  }

  @ParameterizedTest
  @CsvSource({"1280, LIGHT", "1280, DARK", "390, LIGHT", "390, DARK"})
  void aCardIsReadAtAnyWidthAndNothingIsLoaded(int width, ColorScheme scheme) throws Exception {
    List<String> requests = new ArrayList<>();
    try (Page page = open(FLIGHTS, width, scheme, requests)) {
      assertThat(page.title()).isEqualTo("flight-delay:2");
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      assertThat(requests).isEmpty();
      picture(page, "card-" + width + "-" + scheme);
    }
  }

  @Test
  void headingsTablesAndFactsHaveNamesForScreenReaders() throws Exception {
    try (Page page = open(FLIGHTS, 1280, ColorScheme.LIGHT, new ArrayList<>())) {
      assertThat(page.getByRole(AriaRole.MAIN).count()).isEqualTo(1);
      assertThat(page.locator("html").getAttribute("lang")).isEqualTo("en");
      assertThat(page.locator("h1").allInnerTexts()).containsExactly("flight-delay:2");
      assertThat(page.locator("h2").allInnerTexts())
          .containsExactly(
              "Intended use",
              "Metrics",
              "Monitoring",
              "Inputs and outputs",
              "Lineage",
              "Training",
              "Golden rows");
      Locator metrics = page.getByRole(AriaRole.TABLE).first();
      assertThat(metrics.locator("caption").innerText())
          .isEqualTo("Metrics, measured on flights-2001-02");
      assertThat(metrics.getByRole(AriaRole.ROWHEADER).allInnerTexts())
          .containsExactly("all", "origin=LAS", "origin=ORD");
      assertThat(metrics.getByRole(AriaRole.CELL).allInnerTexts())
          .containsExactly("0.158", "0.644", "", "0.612", "0.161", "0.667");
      assertThat(page.getByRole(AriaRole.REGION).count())
          .isEqualTo(page.getByRole(AriaRole.TABLE).count());
    }
  }

  @Test
  void noTextOfACardIsMarkup() throws Exception {
    List<String> requests = new ArrayList<>();
    try (Page page = open(CardPage.of(Cards.evil()), 390, ColorScheme.LIGHT, requests)) {
      assertThat(page.locator("script, img, a").count()).isZero();
      assertThat(page.locator("dd").first().innerText()).isEqualTo(Cards.EVIL);
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      assertThat(requests).isEmpty();
      picture(page, "card-evil");
    }
  }
}
