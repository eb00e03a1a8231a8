package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.explain.PredictionShift.Estimate;
import io.mlops4j.monitor.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @Test
  void aPageLoadsNothingAndRunsOnlyItsOwnScript() {
    String html = Pages.months().toHtml();
    assertThat(html)
        .startsWith("<!DOCTYPE html>")
        .contains("default-src 'none'; style-src 'sha256-")
        .contains("; script-src 'sha256-")
        .containsOnlyOnce("<script")
        .doesNotContain("<link", "<img", "@import", "url(", "http://", "https://")
        .doesNotContainPattern("\\son[a-z]+=")
        .doesNotContain(" style=");
  }

  @Test
  void namesAreTextWhateverTheySay() {
    String evil = "\"><img src=x onerror=alert(1)>&'";
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator)
                .strings(evil, evil, "b\u0000", null)
                .doubles("x" + Pages.EVIL, 1, 2, 3)
                .build()) {
      Profile profile = Profile.of(List.of(rows));
      String html =
          HtmlReport.builder(evil)
              .heading(evil)
              .paragraph(evil)
              .notice(HtmlReport.Tone.GOOD, evil)
              .table(evil, List.of(evil), List.of(List.of(evil)))
              .drift(evil, DriftReport.compare(profile, profile))
              .build()
              .toHtml();
      assertThat(html)
          .contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&#39;")
          .containsOnlyOnce("<script")
          .doesNotContain("<img", "\u0000");
    }
  }

  @Test
  void theVerdictComesFirstAndColumnsBySize() {
    String html = HtmlReport.of(Pages.kilometres()).toHtml();
    assertThat(html)
        .containsSubsequence("Limited drift: 1 of 6 columns drifted: distance.", "<table", "<h3>");
    assertThat(html).containsSubsequence("<h3>distance ", "<h3>hour ");
    assertThat(html)
        .contains("Wasserstein distance 0.7", "off by at most", "Kolmogorov-Smirnov D 0.2");
  }

  @Test
  void partsThatAssistiveToolsNeedAreThere() {
    String html = Pages.months().toHtml();
    assertThat(html)
        .contains("<html lang=\"en\">", "<title>", "<header>", "<main>", "<footer>")
        .contains("<caption>", "scope=\"col\"", "scope=\"row\"", "role=\"img\" aria-label=\"")
        .contains("\u25cf Stable", "\u25b2 Drifted");
  }

  @Test
  void columnsThatAreNotComparedSayWhy() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator).doubles("x", 1).doubles("y", 2).build()) {
      Profile profile = Profile.of(List.of(rows));
      String html =
          HtmlReport.of(DriftReport.compare(profile, profile.without(List.of("y")))).toHtml();
      assertThat(html).contains("Not judged", "only in the reference", "49 more rows are needed");
    }
  }

  @Test
  void hundredColumnsStayBelowHalfAMegabyte() {
    DriftReport report = Pages.hundred();
    assertThat(report.features()).hasSize(100);
    assertThat(report.driftedFeatures()).hasSizeGreaterThan(60);
    assertThat(report.reference().toBytes().length).isLessThan(1_000_000);
    byte[] page = HtmlReport.of(report).toHtml().getBytes(StandardCharsets.UTF_8);
    System.out.println("a page of 100 columns has " + page.length + " bytes");
    assertThat(page.length).isLessThan(500_000);
  }

  @Test
  void whatMovedIsToldInWords() {
    String html = HtmlReport.of(Pages.kilometres()).toHtml();
    assertThat(html)
        .contains("<h3 class=\"lone\">What moved most</h3><ul><li><b>distance</b> ")
        .contains("<h4>What moved it</h4><ol><li>")
        .contains("<b>Measure.</b> wasserstein/sigma with kolmogorov-smirnov: numbers with more");
  }

  @Test
  void emptyProfilesMakeAPage() {
    Profile none = Profile.of(List.of());
    assertThat(HtmlReport.of(DriftReport.compare(none, none)).toHtml()).contains("Not judged");
  }

  @Test
  void rowsOfATableHaveAsManyCellsAsItsHeader() {
    HtmlReport.Builder page = HtmlReport.builder("t");
    assertThatThrownBy(() -> page.table("c", List.of("a", "b"), List.of(List.of("1"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows: found 1 cells in [1], expected 2 as in the header");
  }

  @Test
  void aPageIsWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.html");
    HtmlReport.of(Pages.kilometres()).write(file);
    assertThat(Files.readString(file)).isEqualTo(HtmlReport.of(Pages.kilometres()).toHtml());
    assertThat(Files.size(file)).isLessThan(60_000);
  }

  @Test
  void thePageSaysWhyThePredictionsMoved() {
    Map<String, Estimate> parts = new LinkedHashMap<>();
    parts.put("b", new Estimate(4, 0, 19));
    parts.put("a", new Estimate(3, 0, 19));
    PredictionShift shift =
        new PredictionShift(
            1, 6, new Estimate(5, 0, 19), parts, new Estimate(-2, 0, 19), 50, 70, 1);
    assertThat(HtmlReport.of(Pages.kilometres(), shift).toHtml())
        .contains("Why the predictions moved")
        .contains(
            "The mean prediction went from 1 to 6: +5 \u00b1 0, from 70 current and 50 reference")
        .containsSubsequence(
            ">b</th>", ">+4</td>", ">a</th>", ">+3</td>", "interactions", ">-2</td>");
    assertThat(HtmlReport.of(Pages.kilometres()).toHtml()).doesNotContain("Why the predictions");
    assertThat(JsonReport.of(Pages.kilometres(), shift).toJson()).contains("\"predictionShift\"");
  }
}
