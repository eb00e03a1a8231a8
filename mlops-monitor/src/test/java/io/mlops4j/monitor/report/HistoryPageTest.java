package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.Histories;
import io.mlops4j.monitor.MadeAlarms;
import io.mlops4j.monitor.MonitorHistory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryPageTest {
  @Test
  void theTitleNamesModelPeriodAndDate() {
    assertThat(HtmlReport.of(Histories.quarter()).toHtml())
        .contains("<title>Monitor of m: 2001-02-01 to 2001-05-02 (2001-05-02)</title>");
    assertThat(HtmlReport.of(Histories.empty()).toHtml())
        .contains("<title>Monitor (2001-02-01)</title>", "Nothing was judged yet.");
  }

  @Test
  void timesWithoutADateAreShownAsTheNearestOne() {
    assertThat(HtmlReport.of(Histories.endsOfTime()).toHtml())
        .contains("-999999999-01-01", "+999999999-12-31", "2 windows");
  }

  @Test
  void openIncidentsComeFirstThenVersionsPerformanceAndDrift() {
    String html = HtmlReport.of(Histories.quarter()).toHtml();
    assertThat(html)
        .containsSubsequence(
            "2 incidents are open.",
            "90 windows with 1,800,000 rows, 2 versions, 3 incidents in all.",
            ">Incidents<",
            "incident-3",
            "drift of taxi_out_minutes",
            "open, acknowledged by maria",
            "incident-2",
            "performance of roc_auc",
            "incident-1",
            "drift of distance",
            "closed",
            "incident-1",
            "drift of probability",
            "ended",
            ">Versions<",
            "<b>m:1</b> 2001-02-01 to 2001-04-02",
            "<b>m:2</b> 2001-04-02 to 2001-05-02",
            ">Performance<",
            "<h4>roc_<wbr>auc",
            "<h4>minutes saved",
            ">Drift over time<",
            "<h4>distance");
  }

  @Test
  void columnsAreSortedByTheirLargestEffect() {
    String html = HtmlReport.of(Histories.quarter()).toHtml();
    assertThat(html)
        .containsSubsequence(
            "data-column=\"distance\"",
            "data-column=\"taxi_out_minutes\"",
            "data-column=\"probability\"")
        .contains(
            "Effect of distance over time: at most 4.5 times its bound, now ",
            "class=\"card slim alarming\" data-column=\"taxi_out_minutes\"");
  }

  @Test
  void aPageLoadsNothingAndRunsOnlyItsOwnScript() {
    assertThat(HtmlReport.of(Histories.quarter()).toHtml())
        .startsWith("<!DOCTYPE html>")
        .contains("default-src 'none'; style-src 'sha256-")
        .containsOnlyOnce("<script")
        .doesNotContain("<link", "<img", "@import", "url(", "http://", "https://")
        .doesNotContainPattern("\\son[a-z]+=")
        .doesNotContain(" style=");
  }

  @Test
  void namesAreTextWhateverTheySay() {
    String evil = "\"><img src=x onerror=alert(1)>&'<script>\u0000";
    String html = HtmlReport.of(Histories.large(evil, 3, 12)).toHtml();
    assertThat(html)
        .contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&#39;&lt;script&gt;\ufffd0000")
        .containsOnlyOnce("<script")
        .doesNotContain("<img", "\u0000");
  }

  @Test
  void aNameDoesNotTurnTheDirectionOfWhatFollows() {
    String turned = "\u202eabc\u202a\u202b\u202d\u202c\u2066\u2067\u2068\u2069";
    String html = HtmlReport.of(Histories.large(turned, 3, 12)).toHtml();
    assertThat(html)
        .contains("\ufffdabc\ufffd")
        .doesNotContainPattern("[\u202a-\u202e\u2066-\u2069]");
  }

  @Test
  void equalHistoriesGiveEqualBytes() {
    assertThat(HtmlReport.of(Histories.quarter()).toHtml())
        .isEqualTo(HtmlReport.of(Histories.quarter()).toHtml());
  }

  @Test
  void aFullHistoryMakesAPageOfBoundedSize() {
    MonitorHistory full = Histories.large("column ", 1_000, 1_000);
    byte[] page = HtmlReport.of(full).toHtml().getBytes(StandardCharsets.UTF_8);
    assertThat(page.length).isLessThan(2_500_000);
    assertThat(new String(page, StandardCharsets.UTF_8))
        .contains("The 100 columns with the largest effects are drawn.", "100 more incidents.");
  }

  @Test
  void effectsWithoutNumbersAreDrawn() {
    MonitorHistory odd =
        Histories.of(
            List.of(
                Histories.window(
                    Histories.START,
                    MadeAlarms.version(1),
                    List.of("infinite", "nought"),
                    Float.NEGATIVE_INFINITY,
                    0)),
            List.of());
    String html = HtmlReport.of(odd).toHtml();
    assertThat(html).contains("at most infinite times its bound");
    assertThat(html.substring(0, html.indexOf("<script"))).doesNotContain("NaN", "Infinity");
  }

  @Test
  void aPageIsWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("monitor.html");
    HtmlReport.of(Histories.quarter()).write(file);
    assertThat(Files.readString(file)).isEqualTo(HtmlReport.of(Histories.quarter()).toHtml());
  }
}
