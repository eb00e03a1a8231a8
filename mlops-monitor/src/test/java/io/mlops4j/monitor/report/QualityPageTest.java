package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.monitor.quality.QualityCheck;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualityResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityPageTest {
  private static final QualityResult FAILED =
      new QualityResult.Failed(
          QualityCheck.LABEL_DELAY,
          Pages.EVIL,
          Double.POSITIVE_INFINITY,
          1.5,
          2,
          "labels take \"long\"",
          "ask their owner");
  private static final QualityResult WORSE =
      new QualityResult.Failed(
          QualityCheck.RANGE,
          "hour",
          0.25,
          0.01,
          25,
          "a quarter is above 23",
          "look at the source");
  private static final QualityResult PASSED =
      new QualityResult.Passed(QualityCheck.MISSING, "distance", Double.NaN, 0.1);
  private static final QualityResult OPEN =
      new QualityResult.NotChecked(QualityCheck.UNIT, "origin", "texts have no unit");

  private static final QualityReport REPORT =
      new QualityReport(200, 100, List.of(PASSED, FAILED, OPEN, WORSE));

  @TempDir private Path folder;

  @Test
  void theJsonHasEveryResultInTheOrderOfTheReport() throws Exception {
    Path file = folder.resolve("quality.json");
    JsonReport.of(REPORT).write(file);
    String expected =
        """
        {"format": "mlops4j-quality-report", "version": 1, "rows": 200, "checkedRows": 100,
         "passed": false, "results": [
          {"column": "distance", "check": "missing", "result": "passed", "measured": null,
           "bound": 0.1},
          {"column": "<script>alert(\\"x\\")</script>", "check": "label-delay",
           "result": "failed", "measured": "Infinity", "bound": 1.5, "relativeEffect": 2.0,
           "text": "labels take \\"long\\"", "advice": "ask their owner"},
          {"column": "origin", "check": "unit", "result": "not-checked",
           "reason": "texts have no unit"},
          {"column": "hour", "check": "range", "result": "failed", "measured": 0.25,
           "bound": 0.01, "relativeEffect": 25.0, "text": "a quarter is above 23",
           "advice": "look at the source"}]}
        """;
    ObjectMapper json = new ObjectMapper();
    JsonNode found = json.readTree(file.toFile());
    assertThat(found).isEqualTo(json.readTree(expected));
  }

  @Test
  void theSchemaTakesTheReportAndRefusesOtherDocuments() throws Exception {
    JsonNode schema =
        ReportSchemaTest.closed(new ObjectMapper().readTree(JsonReport.qualitySchema()));
    assertThat(schema.get("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    String report = JsonReport.of(REPORT).toJson();
    assertThat(ReportSchemaTest.errors(schema, report)).isEmpty();
    for (String field : List.of("\"reason\"", "\"measured\"", "\"relativeEffect\"")) {
      assertThat(ReportSchemaTest.errors(schema, report.replace(field, "\"other\""))).isNotEmpty();
    }
    String infinite = report.replace("\"Infinity\"", "\"large\"");
    assertThat(ReportSchemaTest.errors(schema, infinite)).isNotEmpty();
    assertThat(schema.at("/$defs/result/properties/check/enum"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            Stream.of(QualityCheck.values())
                .map(check -> check.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList());
  }

  @Test
  void thePageShowsFailuresFirstAndTheLargestFirst() {
    String page = HtmlReport.of(REPORT).toHtml();
    assertThat(page)
        .contains("Broken: 2 of 3 checks failed.", "100 of 200 rows were checked")
        .contains("class=\"notice alarm\"", "&lt;script&gt;alert", "label delay")
        .doesNotContain(Pages.EVIL)
        .containsSubsequence(
            "Failed checks", "a quarter is above 23", "labels take", "Passed checks", "distance")
        .containsSubsequence("Checks that were not made", "texts have no unit");
  }

  @Test
  void thePageSaysThatAllPassedOrThatNothingWasChecked() {
    assertThat(HtmlReport.of(new QualityReport(10, 10, List.of(PASSED))).toHtml())
        .contains("Sound: all 1 checks passed.", "class=\"notice good\"")
        .doesNotContain("Failed checks");
    assertThat(HtmlReport.of(new QualityReport(0, 0, List.of(OPEN))).toHtml())
        .contains("No check was made.", "class=\"notice neutral\"");
  }
}
