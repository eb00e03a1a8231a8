package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.monitor.Histories;
import io.mlops4j.monitor.drift.DriftReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Opens reports and histories in a real browser. Pictures are left in target/pages. */
@Thorough("browser")
class DriftReportBrowserTest {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "chrome");

  /** Parts of names, symbols with their verdicts, and heads that take more than one line. */
  private static final String BROKEN =
      """
      () => {
        const broken = [];
        const walk = document.createTreeWalker(
            document.querySelector('table.summary'), NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const text = walk.currentNode;
          const verdict = text.parentElement.matches('.badge.alarm, .badge.good');
          for (const word of text.data.matchAll(verdict ? /.+/g : /[\\p{L}\\p{N}]+[_.]?/gu)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
            if (lines.size > 1) {
              broken.push(word[0]);
            }
          }
        }
        return broken;
      }
      """;

  /** Texts of charts that reach over the edge of their drawing. */
  private static final String CUT_OFF =
      """
      () => [...document.querySelectorAll('.chart text')].filter(text => {
        const box = text.getBBox();
        const view = text.ownerSVGElement.viewBox.baseVal;
        return box.x < -1 || box.x + box.width > view.width + 1 || box.y + box.height > view.height + 4;
      }).map(text => text.textContent)
      """;

  @TempDir static Path folder;

  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void startBrowser() {
    Optional<Path> chromium = chromium();
    if (chromium.isEmpty()) {
      System.out.println("skipped: found none of " + NAMES + " on the PATH to open reports in");
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

  private static Page open(String html, int width, ColorScheme scheme, List<String> requests)
      throws Exception {
    Path file = Files.createTempFile(folder, "page", ".html");
    Files.writeString(file, html);
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

  /** For people; taking them is most of the time of these tests. */
  private static void picture(Page page, String name) throws Exception {
    if (!TestSize.isFull()) {
      return;
    }
    Path pictures = Files.createDirectories(Path.of("target", "pages"));
    page.screenshot(
        new ScreenshotOptions().setFullPage(true).setPath(pictures.resolve(name + ".png")));
  }

  @ParameterizedTest
  @CsvSource({"1280, LIGHT", "1280, DARK", "390, LIGHT", "390, DARK"})
  void verdictsAreReadAtAnyWidthAndNothingIsLoaded(int width, ColorScheme scheme) throws Exception {
    List<String> requests = new ArrayList<>();
    try (Page page = open(Pages.months().toHtml(), width, scheme, requests)) {
      assertThat(page.locator(".notice").allInnerTexts())
          .anyMatch(text -> text.contains("No drift: none of 6 columns drifted."))
          .anyMatch(text -> text.contains("Limited drift: 1 of 6 columns drifted: distance."));
      assertThat(page.locator("article .badge").allInnerTexts()).hasSize(12);
      assertThat(page.title()).contains(Pages.EVIL);
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      assertThat(smallestText(page)).as("font size of the charts' text").isGreaterThan(9);
      assertThat(requests).isEmpty();
      picture(page, "months-" + width + "-" + scheme);
    }
  }

  @ParameterizedTest
  @CsvSource({"1120, LIGHT", "1120, DARK", "390, LIGHT", "390, DARK"})
  void historiesAreReadAtAnyWidthAndNothingIsLoaded(int width, ColorScheme scheme)
      throws Exception {
    List<String> requests = new ArrayList<>();
    String html = HtmlReport.of(Histories.quarter()).toHtml();
    try (Page page = open(html, width, scheme, requests)) {
      picture(page, "history-" + width + "-" + scheme);
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      assertThat(smallestText(page)).as("font size of the charts' text").isGreaterThan(9);
      assertThat(page.getByRole(AriaRole.IMG).count()).as("charts").isEqualTo(12);
      assertThat((List<?>) page.evaluate(CUT_OFF)).as("texts that are cut off").isEmpty();
      page.getByLabel("Find a column").fill("taxi");
      assertThat(page.locator("article[data-column]:visible").count()).isEqualTo(1);
      assertThat(requests).isEmpty();
    }
  }

  private static int overflow(Page page) {
    return (Integer)
        page.evaluate(
            "Math.max(0, document.documentElement.scrollWidth -"
                + " document.documentElement.clientWidth)");
  }

  private static double smallestText(Page page) {
    return ((Number)
            page.evaluate(
                "Math.min(...[...document.querySelectorAll('.chart')].map(c =>"
                    + " 12 * c.getBoundingClientRect().width / c.viewBox.baseVal.width))"))
        .doubleValue();
  }

  @Test
  void chartsAndTablesHaveNamesForScreenReaders() throws Exception {
    try (Page page =
        open(
            HtmlReport.of(Pages.kilometres()).toHtml(),
            1280,
            ColorScheme.LIGHT,
            new ArrayList<>())) {
      Locator charts = page.getByRole(AriaRole.IMG);
      assertThat(charts.count()).isEqualTo(6);
      assertThat(charts.first().getAttribute("aria-label")).startsWith("distance from ");
      assertThat(page.getByRole(AriaRole.TABLE).first().locator("caption").innerText())
          .isEqualTo("All columns, largest effect first");
      assertThat(page.getByRole(AriaRole.MAIN).count()).isEqualTo(1);
      assertThat(page.locator("html").getAttribute("lang")).isEqualTo("en");
      picture(page, "kilometres");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 390})
  void columnsAreFoundByAPartOfTheirName(int width) throws Exception {
    List<String> requests = new ArrayList<>();
    try (Page page =
        open(HtmlReport.of(Pages.hundred()).toHtml(), width, ColorScheme.LIGHT, requests)) {
      assertThat(page.locator("article:visible").count()).isEqualTo(100);
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      Locator search = page.getByLabel("Find a column");
      search.fill(" MEASUREMENT_3");
      assertThat(page.locator("tbody tr[data-column]:visible th").allInnerTexts())
          .hasSize(10)
          .allMatch(name -> name.startsWith("measurement_3"));
      assertThat(page.locator("article:visible").count()).isEqualTo(10);
      assertThat(page.locator("output").innerText()).isEqualTo("10 of 100");
      picture(page, "hundred-" + width);
      search.fill("");
      assertThat(page.locator("article:visible").count()).isEqualTo(100);
      assertThat(page.locator("output").innerText()).isEmpty();
      assertThat(requests).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 390})
  void allColumnsOfTheTableAreSeenOnAPhone(int width) throws Exception {
    for (DriftReport report : List.of(Pages.kilometres(), Pages.hundred())) {
      try (Page page =
          open(HtmlReport.of(report).toHtml(), width, ColorScheme.LIGHT, new ArrayList<>())) {
        Locator head = page.getByText("Adjusted p", new Page.GetByTextOptions().setExact(true));
        BoundingBox box = head.first().boundingBox();
        assertThat(box.x + box.width).as("right end of the last head").isLessThanOrEqualTo(width);
        assertThat(
                page.evaluate(
                    "Math.max(...[...document.querySelectorAll('.drift > .scroll')].map(s =>"
                        + " s.scrollWidth - s.clientWidth))"))
            .as("pixels of the table that are cut off")
            .isEqualTo(0);
        assertThat((List<?>) page.evaluate(BROKEN)).as("words that are broken").isEmpty();
        picture(page, "phone-" + report.features().size() + "-" + width);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 390, 1280})
  void aTableOfTextsIsSeenWholeOnAPhone(int width) throws Exception {
    String html =
        HtmlReport.builder("Rollout")
            .table(
                "Each digit is a version",
                List.of("day", "versions", "flights by version", "rollout"),
                List.of(
                    List.of(
                        "2001-02-12",
                        "11111111111111112222",
                        "1: 640, 2: 164",
                        "flight-delay:2 sha256:a201fdd85c0d1ab7: step 1 of 2, 20 % of the flights"),
                    List.of("2001-02-13", "11111111111111111111", "1: 801", "")))
            .build()
            .toHtml();
    try (Page page = open(html, width, ColorScheme.LIGHT, new ArrayList<>())) {
      assertThat(overflow(page)).as("pixels wider than the window").isZero();
      assertThat(
              page.evaluate(
                  "(s => s.scrollWidth - s.clientWidth)(document.querySelector('.scroll'))"))
          .as("pixels of the table that are cut off")
          .isEqualTo(0);
      String head =
          (String)
              page.evaluate("getComputedStyle(document.querySelector('td'), '::before').content");
      assertThat(head).isEqualTo(width < 1000 ? "\"versions: \"" : "none");
      assertThat(page.locator("tbody tr").nth(1).locator("td:visible").count())
          .as("cells, but for an empty one on a phone")
          .isEqualTo(width < 1000 ? 2 : 3);
      picture(page, "texts-" + width);
    }
  }

  private static List<String> names(Page page) {
    return page.locator("tbody tr[data-column] th").allInnerTexts();
  }

  @Test
  void rowsAreSortedByMouseAndKeyboard() throws Exception {
    List<String> requests = new ArrayList<>();
    try (Page page =
        open(HtmlReport.of(Pages.hundred()).toHtml(), 1280, ColorScheme.LIGHT, requests)) {
      List<String> first = names(page);
      Locator column =
          page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Column"));
      column.click();
      assertThat(names(page)).isSorted().containsExactlyInAnyOrderElementsOf(first);
      assertThat(page.locator("th[aria-sort]").first().getAttribute("aria-sort"))
          .isEqualTo("ascending");
      column.focus();
      page.keyboard().press("Enter");
      assertThat(names(page)).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(page.locator("th[aria-sort]").first().getAttribute("aria-sort"))
          .isEqualTo("descending");
      Locator effect =
          page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Effect"));
      effect.focus();
      page.keyboard().press("Space");
      page.keyboard().press("Space");
      assertThat(page.locator("th[aria-sort]").count()).isEqualTo(1);
      assertThat(names(page).get(0)).isEqualTo(first.get(0)); // the largest effect again
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Adjusted p")).click();
      assertThat(page.locator("tbody tr[data-column]").first().innerText()).contains("< 0.001");
      assertThat(requests).isEmpty();
    }
  }

  @Test
  void withoutScriptsEverythingIsThereButTheSearch() throws Exception {
    try (BrowserContext context =
            browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false));
        Page page = context.newPage()) {
      Path file = folder.resolve("plain.html");
      HtmlReport.of(Pages.hundred()).write(file);
      page.navigate(file.toUri().toString());
      assertThat(page.locator("article:visible").count()).isEqualTo(100);
      assertThat(page.locator(".search:visible").count()).isZero();
      assertThat(page.locator("thead button").count()).isZero();
      assertThat(page.locator("thead th[scope=col]").first().innerText()).isEqualTo("Column");
      assertThat(names(page)).hasSize(100).first().isEqualTo("measurement_49_of_the_device");
    }
  }
}
