package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What charts draw and what the JSON carries. */
class ReportContentsTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  /** Values c0, c1, ... as often as each count says. */
  private FeatureBatch codes(int... counts) {
    List<String> values = new ArrayList<>();
    for (int code = 0; code < counts.length; code++) {
      for (int i = 0; i < counts[code]; i++) {
        values.add("c" + code);
      }
    }
    return FeatureBatch.builder(allocator).strings("s", values.toArray(String[]::new)).build();
  }

  private static DriftReport compare(FeatureBatch before, FeatureBatch after, ExportRules rules) {
    try (before;
        after) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(
          reference, reference.profile(List.of(after)), DriftPolicy.withDefaults(), rules);
    }
  }

  private static DriftReport compare(FeatureBatch before, FeatureBatch after) {
    return compare(before, after, ExportRules.withDefaults());
  }

  /** Twenty categories, 100 rows down to 81; the rarest one goes from 81 to 500. */
  private DriftReport rareOneMoves() {
    int[] before = IntStream.range(0, 20).map(i -> 100 - i).toArray();
    int[] after = before.clone();
    after[19] = 500;
    return compare(codes(before), codes(after));
  }

  private static String chart(DriftReport report) {
    String html = HtmlReport.of(report).toHtml();
    int from = html.indexOf("<svg class=\"chart\"");
    return html.substring(from, html.indexOf("</svg>", from));
  }

  @Test
  void theCategoriesThatMovedMostAreDrawnAndTheRestIsPooled() {
    // 81 of 1810 is 4.5 %, 500 of 2229 is 22.4 %
    assertThat(chart(rareOneMoves()))
        .contains(">c19<", ">4.5 % \u2192 22.4 %<", ">10 others<")
        .doesNotContain(">c18<"); // moved least: it is the rarest of those that kept their rows
  }

  @Test
  void whatTheReferenceNeverSawIsDrawnBesideTheOthers() {
    int[] before = IntStream.range(0, 12).map(i -> 50).toArray();
    int[] after = IntStream.range(0, 13).map(i -> i == 12 ? 200 : 50).toArray();
    assertThat(chart(compare(codes(before), codes(after))))
        .contains(">2 others<", ">unseen<", ">0.0 % \u2192 25.0 %<");
  }

  private static JsonNode feature(DriftReport report) throws Exception {
    return new ObjectMapper().readTree(JsonReport.of(report).toJson()).get("features").get(0);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  @Test
  void theJsonCarriesTheBinsOfCategories() throws Exception {
    // c2 is named by 3 rows at most: its name stays inside, its counts do not
    JsonNode bins = feature(compare(codes(60, 40, 3, 2), codes(20, 70, 1, 0, 9))).get("bins");
    assertThat(texts(bins.get("labels"))).containsExactly("c0", "c1");
    assertThat(texts(bins.get("reference"))).containsExactly("60", "40");
    assertThat(texts(bins.get("current"))).containsExactly("20", "70");
    assertThat(bins.get("suppressed").toString())
        .isEqualTo("{\"categories\":2,\"reference\":5,\"current\":1}");
    assertThat(bins.get("rest").toString()).isEqualTo("{\"reference\":0,\"current\":9}");
    JsonNode all =
        feature(
                compare(
                    codes(60, 40, 3),
                    codes(20, 70, 1),
                    ExportRules.withDefaults().withSmallestCount(1)))
            .get("bins");
    assertThat(texts(all.get("labels"))).containsExactly("c0", "c1", "c2");
  }

  @Test
  void theJsonCarriesTheBinsOfNumbers() throws Exception {
    double[] before = IntStream.range(0, 100).mapToDouble(i -> i % 4).toArray();
    double[] after = IntStream.range(0, 100).mapToDouble(i -> i % 2 == 0 ? 9 : 2).toArray();
    DriftReport report =
        compare(
            FeatureBatch.builder(allocator).doubles("x", before).build(),
            FeatureBatch.builder(allocator).doubles("x", after).build());
    JsonNode bins = feature(report).get("bins");
    // below 0, 0, gap, 1, gap, 2, gap, 3, above 3
    assertThat(texts(bins.get("reference")))
        .containsExactly("0", "25", "0", "25", "0", "25", "0", "25", "0");
    assertThat(texts(bins.get("current")))
        .containsExactly("0", "0", "0", "0", "0", "50", "0", "0", "50");
    assertThat(bins.get("edges")).hasSize(8);
    assertThat(bins.get("edges").get(7).asDouble()).isEqualTo(3);
    JsonNode hidden =
        feature(
                compare(
                    FeatureBatch.builder(allocator).doubles("x", before).build(),
                    FeatureBatch.builder(allocator).doubles("x", after).build(),
                    ExportRules.withDefaults().withoutExtremes()))
            .get("bins");
    assertThat(hidden.get("edges").toString()).doesNotContain("3.0").doesNotContain("9.0");
    long current = 0;
    for (JsonNode count : hidden.get("current")) {
      current += count.asLong();
    }
    assertThat(current).isEqualTo(100);
    assertThat(hidden.get("edges")).hasSize(hidden.get("current").size() - 1);
  }

  @Test
  void chartsOfNumbersHaveAnAxisOfShares() {
    double[] before = IntStream.range(0, 100).mapToDouble(i -> i % 10).toArray();
    DriftReport columns =
        compare(
            FeatureBatch.builder(allocator).doubles("x", before).build(),
            FeatureBatch.builder(allocator).doubles("x", before).build());
    assertThat(chart(columns)).contains(">0 %<", ">5 %<", ">10 %<"); // a tenth each
    double[] even = IntStream.range(0, 5000).asDoubleStream().toArray();
    DriftReport density =
        compare(
            FeatureBatch.builder(allocator).doubles("x", even).build(),
            FeatureBatch.builder(allocator).doubles("x", even).build());
    assertThat(chart(density)).contains(">0 %<", "class=\"grid\"");
  }

  @Test
  void thePageAndTheJsonNameModelPeriodsAndDate() throws Exception {
    DriftReport report = rareOneMoves();
    assertThat(HtmlReport.of(report).toHtml()).contains("<title>Drift report</title>");
    Clock clock = Clock.fixed(Instant.parse("2001-06-01T12:00:00.5Z"), ZoneOffset.UTC);
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel("flight-delay", "2")
            .withReferencePeriod("January 2001")
            .withCurrentPeriod("May 2001")
            .withDate(clock);
    DriftReport about = report.with(subject);
    assertThat(HtmlReport.of(about).toHtml())
        .contains(
            "<title>Drift report of flight-delay, version 2: May 2001 against January 2001"
                + " (2001-06-01)</title>",
            "Model: flight-delay, version 2. Reference: January 2001. Current rows: May 2001."
                + " Written: 2001-06-01T12:00:00Z. Profiles:")
        .isEqualTo(HtmlReport.of(rareOneMoves().with(subject)).toHtml());
    assertThat(new ObjectMapper().readTree(JsonReport.of(about).toJson()).get("subject"))
        .hasToString(
            "{\"model\":\"flight-delay\",\"version\":\"2\",\"referencePeriod\":\"January 2001\","
                + "\"currentPeriod\":\"May 2001\",\"date\":\"2001-06-01T12:00:00Z\"}");
    Instant day = Instant.parse("2001-05-01T00:00:00Z");
    assertThat(ReportSubject.withDefaults().withCurrentPeriod(day, day.plusSeconds(60)))
        .hasToString("Current rows: 2001-05-01T00:00:00Z to 2001-05-01T00:01:00Z");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ReportSubject.withDefaults().withReferencePeriod(day, day.minusSeconds(1)))
        .withMessageContaining("expected a time that is not before 2001-05-01");
  }
}
