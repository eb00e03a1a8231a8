package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.samples.service.inference.Problem;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordRoutesTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() {
    service = RunningService.start(folder);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  /** The first two golden rows of the model, which scikit-learn computed when it was exported. */
  @ParameterizedTest
  @CsvSource({"106.0, 0, 1, JFK, BDL, 0.451196148", "606.0, 8, 6, ATL, ORD, 0.139755427"})
  void aFlightGetsTheProbabilityOfTheTraining(
      double distance, int hour, int weekday, String from, String to, double expected) {
    Answer answer =
        service.post(
            "/predict",
            """
            {"distance": %s, "hour": %d, "weekday": %d, "origin": "%s", "destination": "%s"}
            """
                .formatted(distance, hour, weekday, from, to));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.type()).isEqualTo("application/json");
    JsonNode json = answer.json();
    assertThat(json.get("probability").asDouble()).isEqualTo(expected, within(1e-6));
    assertThat(json.get("id").asText()).matches("[0-9a-f]{16}-[0-9a-f]+-\\d+");
    assertThat(json.get("servedBy").get("model").asText()).isEqualTo("flight-delay");
    assertThat(json.get("servedBy").get("version").asInt()).isEqualTo(1);
    assertThat(json.get("servedBy").get("digest").asText()).matches("sha256:[0-9a-f]{64}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"distance\":106               | body: found no valid JSON in line 1",
        "''                              | body: found nothing, expected a JSON object",
        "null                            | body: found null, expected a JSON object",
        "[1]                             | body: found a value of another type, expected a JSON"
            + " object",
        "{}                              | distance: found no value, expected float",
        "{\"distnace\":106}              | distance: found no value, expected float",
        "{\"distance\":1,\"distance\":2} | Duplicate field 'distance'",
        "{\"distance\":\"far\"}          | distance: found \"far\", expected float",
        "{\"distance\":1e39}             | distance: found \"1e39\", expected float",
        "{\"distance\":\"106\"}          | distance: found",
        "{\"distance\":\"NaN\"}          | distance: found",
        "{\"distance\":NaN}              | Non-standard token 'NaN'",
        "{\"distance\":+106}             | numbers to have plus signs",
        "{\"distance\":/*far*/106}       | maybe a (non-standard) comment",
        "{\"distance\":[106]}            | distance: found \"[\", expected float",
        "{\"distance\":true}             | distance: found",
        "{\"distance\":null}             | distance: found",
        "{\"hour\":1.5}                  | hour: found",
        "{\"hour\":3000000000}           | Numeric value (3000000000) out of range of int",
        "{\"origin\":5}                  | origin: found",
      })
  void wrongJsonIsRefusedWithItsPlace(String body, String message) {
    Answer answer = service.post("/predict", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.error())
        .contains(message)
        .doesNotContain("io.mlops4j", "com.fasterxml", "ReadFeature", "ReadConstraints");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"distance\":106 | \"distance\":-5   | distance: found -5.0, expected miles",
        "\"distance\":106 | \"distance\":106, \"seat\": \"7A\" | seat: found an unknown member,"
            + " expected one of",
        "\"hour\":0       | \"hour\":24       | hour: found 24, expected 0 to 23",
        "\"weekday\":1    | \"weekday\":0     | weekday: found 0, expected 1 to 7",
        "\"JFK\"          | null              | origin, destination: found null",
      })
  void aRowThatTheRecordRefusesIsRefused(String part, String wrong, String message) {
    Answer answer = service.post("/predict", RunningService.FLIGHT.replace(part, wrong));
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.error()).startsWith(message);
  }

  @Test
  void aNumberOfTooManyDigitsIsRefused() {
    Answer answer = service.post("/predict", "{\"distance\":" + "1".repeat(2_000) + "}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).endsWith("(2000) exceeds the maximum allowed (1000)");
  }

  @Test
  void moreAfterTheObjectIsRefused() {
    Answer answer = service.post("/predict", RunningService.FLIGHT + " {}");
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void aBodyOfAnotherCodingThanGzipIsRefused() {
    Answer answer = service.post("/predict", RunningService.FLIGHT, "Content-Encoding", "br");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.error()).startsWith("Content-Encoding: found \"br\"");
    Answer plain = service.post("/predict", RunningService.FLIGHT, "Content-Encoding", "gzip");
    assertThat(plain.status()).isEqualTo(400);
    assertThat(plain.error()).startsWith("body: found bytes that are no gzip");
  }

  @Test
  void aCompressedBodyIsDecompressed() {
    byte[] body = Gzip.encode(RunningService.FLIGHT.getBytes(StandardCharsets.UTF_8));
    Answer answer =
        Answer.of(
            service.send(
                service
                    .request("/predict")
                    .header("Content-Encoding", "gzip")
                    .POST(BodyPublishers.ofByteArray(body))
                    .build()));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().get("probability").floatValue())
        .isEqualTo(
            service.post("/predict", RunningService.FLIGHT).json().get("probability").floatValue());
  }

  @Test
  void anAnswerIsATableIfThatIsAccepted() {
    Answer answer = service.post("/predict", RunningService.FLIGHT, "Accept", "text/csv");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.type()).startsWith("text/csv");
    assertThat(answer.body())
        .matches("probability,id,servedBy\r\n0\\.45[0-9]+,[0-9a-f-]+,\"flight-delay:1, .*\"\r\n");
  }

  @Test
  void adviceForThoseWhoLoadModelsIsNotGivenToCallers() {
    Problem problem =
        new Problems(System::nanoTime)
            .of(
                new ModelInputException(
                    "x", "a null in row 0", "no null; set LoadOptions.features"));
    assertThat(problem.text()).isEqualTo("x: found a null in row 0, expected no null");
  }

  @Test
  void anUnknownPathAndAWrongMethodHaveJsonErrors() {
    assertThat(service.get("/nowhere").status()).isEqualTo(404);
    assertThat(service.get("/nowhere").error()).isNotEmpty();
    assertThat(service.get("/predict").status()).isEqualTo(405);
    assertThat(service.get("/predict").type()).isEqualTo("application/json");
  }

  @Test
  void anUnknownPriorityIsRefused() {
    Answer answer = service.post("/predict", RunningService.FLIGHT, "X-Priority", "urgent");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains("X-Priority: found \\\"urgent\\\", expected low, normal or high");
    assertThat(service.post("/predict", RunningService.FLIGHT, "X-Priority", "normal").status())
        .isEqualTo(200);
  }

  @Test
  void labelsNeedAMonitor() {
    Answer answer = service.post("/labels", "{\"id\":\"00000000000000ab-1f-0\",\"late\":true}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.error()).contains("MLOPS_REFERENCE");
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, 200",
    "application/json; charset=utf-8, 200",
    "Application/JSON, 200",
    "application/vnd.flight+json, 200",
    "application/x-www-form-urlencoded, 200", // curl -d
    "text/plain, 422",
    "application/xml, 422",
    "multipart/form-data; boundary=x, 422",
    "nonsense, 422",
  })
  void aBodyOfAnotherTypeIsRefused(String type, int status) {
    Answer answer = service.post("/predict", RunningService.FLIGHT, "Content-Type", type);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    if (status != 200) {
      assertThat(answer.error())
          .isEqualTo("Content-Type: found \"" + type + "\", expected application/json");
    }
  }
}
