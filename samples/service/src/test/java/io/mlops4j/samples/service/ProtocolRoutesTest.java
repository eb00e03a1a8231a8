package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolRoutesTest {
  private static final String INFER = "/v2/models/flight-delay/infer";

  /** Two golden rows of the model. */
  private static final String TWO =
      """
      {"id": "42", "inputs": [
        {"name": "distance", "shape": [2], "datatype": "FP32", "data": [106.0, 606]},
        {"name": "hour", "shape": [2], "datatype": "INT64", "data": [0, 8]},
        {"name": "weekday", "shape": [2, 1], "datatype": "INT64", "data": [[1], [6]]},
        {"data": ["JFK", "ATL"], "shape": [2], "name": "origin", "datatype": "BYTES"},
        {"name": "destination", "shape": [2], "datatype": "BYTES", "data": ["BDL", "ORD"]}
      ]}
      """;

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

  @Test
  void theInputWithTooFewElementsIsNamed() {
    Answer answer =
        service.post(
            INFER, TWO.replace("\"distance\", \"shape\": [2]", "\"distance\", \"shape\": [3]"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .isEqualTo("distance: found 2 elements, expected 3 for the shape [3]");
  }

  @Test
  void largeAnswersAreCompressedForClientsThatAcceptIt() throws Exception {
    String numbers = "1,".repeat(999) + "1";
    String texts = "\"JFK\",".repeat(999) + "\"JFK\"";
    String body =
        """
        {"inputs": [
          {"name": "distance", "shape": [1000], "datatype": "FP32", "data": [%1$s]},
          {"name": "hour", "shape": [1000], "datatype": "INT64", "data": [%1$s]},
          {"name": "weekday", "shape": [1000], "datatype": "INT64", "data": [%1$s]},
          {"name": "origin", "shape": [1000], "datatype": "BYTES", "data": [%2$s]},
          {"name": "destination", "shape": [1000], "datatype": "BYTES", "data": [%2$s]}
        ]}
        """
            .formatted(numbers, texts);
    HttpResponse<byte[]> response =
        service.send(
            service
                .request(INFER)
                .header("Accept-Encoding", "gzip")
                .POST(BodyPublishers.ofString(body))
                .build());
    assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(response.headers().firstValue("Vary")).contains("Accept-Encoding");
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
    assertThat(new ObjectMapper().readTree(plain).at("/outputs/0/data"))
        .isEqualTo(service.post(INFER, body).json().at("/outputs/0/data"))
        .hasSize(1000);
    assertThat(service.post(INFER, TWO, "Accept-Encoding", "gzip").json().at("/outputs/0/data"))
        .as("a small answer is sent as it is")
        .hasSize(2);
  }

  @Test
  void tensorsInJsonGetTheAnswersOfTheTraining() {
    Answer answer = service.post(INFER, TWO);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.get("model_name").asText()).isEqualTo("flight-delay");
    assertThat(json.get("model_version").asText()).isEqualTo("1");
    assertThat(json.get("id").asText()).isEqualTo("42");
    assertThat(json.get("parameters").get("digest").asText()).startsWith("sha256:");
    JsonNode output = json.get("outputs").get(0);
    assertThat(output.get("name").asText()).isEqualTo("probability");
    assertThat(output.get("datatype").asText()).isEqualTo("FP32");
    assertThat(output.get("shape").get(0).asInt()).isEqualTo(2);
    assertThat(output.get("data").get(0).asDouble()).isEqualTo(0.451196148, within(1e-6));
    assertThat(output.get("data").get(1).asDouble()).isEqualTo(0.139755427, within(1e-6));
  }

  @Test
  void metadataListsInputsAndOutputs() {
    Answer answer = service.get("/v2/models/flight-delay");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.get("name").asText()).isEqualTo("flight-delay");
    assertThat(json.get("versions").toString()).isEqualTo("[\"1\"]");
    assertThat(json.get("inputs").toString())
        .contains(
            "{\"name\":\"distance\",\"datatype\":\"FP32\",\"shape\":[-1",
            "{\"name\":\"hour\",\"datatype\":\"INT64\"",
            "{\"name\":\"origin\",\"datatype\":\"BYTES\"");
    assertThat(json.get("outputs").toString()).contains("\"probability\"", "FP32");
    // one of the names that the protocol's inference_rest.md allows
    assertThat(json.get("platform").asText()).isEqualTo("onnx_onnxv1");
    assertThat(service.get("/v2/models/flight-delay/versions/1").json()).isEqualTo(json);
  }

  @Test
  void theServerSaysWhatItIs() {
    JsonNode json = service.get("/v2").json();
    assertThat(json.get("name").asText()).isEqualTo("mlops4j-service");
    assertThat(json.get("extensions").toString()).isEqualTo("[\"binary_tensor_data\"]");
    assertThat(service.get("/v2/health/live").status()).isEqualTo(200);
    assertThat(service.get("/v2/health/ready").status()).isEqualTo(200);
    assertThat(service.get("/v2/models/flight-delay/ready").status()).isEqualTo(200);
    assertThat(service.get("/v2/models/flight-delay/versions/1/ready").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/models/other",
        "/v2/models/other/ready",
        "/v2/models/flight-delay/versions/7",
        "/v2/models/flight-delay/versions/x/ready"
      })
  void anUnknownModelOrVersionIsNotFound(String path) {
    Answer answer = service.get(path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.error()).containsAnyOf("expected \"flight-delay\"", "answers now: [1]");
  }

  @Test
  void anUnknownVersionDoesNotInfer() {
    assertThat(service.post("/v2/models/flight-delay/versions/1/infer", TWO).status())
        .isEqualTo(200);
    assertThat(service.post("/v2/models/flight-delay/versions/2/infer", TWO).status())
        .isEqualTo(404);
    assertThat(service.post("/v2/models/other/infer", TWO).status()).isEqualTo(404);
  }

  @Test
  void binaryDataGivesTheSameAnswer() throws IOException {
    HttpResponse<byte[]> response = binary(106f, true);
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
    int length =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    byte[] body = response.body();
    JsonNode output =
        new ObjectMapper().readTree(Arrays.copyOf(body, length)).get("outputs").get(0);
    assertThat(output.get("parameters").get("binary_data_size").asInt()).isEqualTo(4);
    assertThat(output.has("data")).isFalse();
    ByteBuffer raw = ByteBuffer.wrap(body, length, 4).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(raw.getFloat()).isEqualTo(0.45119613f, within(1e-6f));
    assertThat(body).hasSize(length + 4);
  }

  @Test
  void anAnswerThatIsNotANumberHasNoFormInJsonButInBinaryData() throws IOException {
    HttpResponse<byte[]> json = binary(Float.NaN, false);
    assertThat(json.statusCode()).as(text(json)).isEqualTo(422);
    assertThat(text(json)).contains("found NaN as element 0", "request binary data");
    assertThat(binary(Float.NaN, true).statusCode()).isEqualTo(200);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static HttpResponse<byte[]> binary(float distance, boolean binaryOutput)
      throws IOException {
    byte[] json =
        """
        {"parameters": {"binary_data_output": %s}, "inputs": [
          {"name": "distance", "shape": [1, 1], "datatype": "FP32", "parameters": {"binary_data_size": 4}},
          {"name": "hour", "shape": [1], "datatype": "INT64", "data": [0]},
          {"name": "weekday", "shape": [1], "datatype": "INT64", "parameters": {"binary_data_size": 8}},
          {"name": "origin", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 7}},
          {"name": "destination", "shape": [1], "datatype": "BYTES", "data": ["BDL"]}
        ]}
        """
            .formatted(binaryOutput)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer raw = ByteBuffer.allocate(19).order(ByteOrder.LITTLE_ENDIAN);
    raw.putFloat(distance).putLong(1).putInt(3).put("JFK".getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(json);
    body.write(raw.array());
    return service.send(
        service
            .request(INFER)
            .header("Inference-Header-Content-Length", Integer.toString(json.length))
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build());
  }

  /** As pydantic's models are written, which MLServer and its clients use. */
  @Test
  void nullIsTakenForWhatIsOptional() {
    String nulls =
        TWO.replace("\"id\": \"42\",", "\"id\": null, \"parameters\": null,")
            .replace("\"data\":", "\"parameters\": null, \"data\":")
            .replace(
                "]}\n", "], \"outputs\": [{\"name\": \"probability\", \"parameters\": null}]}");
    Answer answer = service.post(INFER, nulls);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().has("id")).isFalse();
    assertThat(answer.json().at("/outputs/0/data/0").asDouble())
        .isEqualTo(0.451196148, within(1e-6));
    String none = TWO.replace("\"id\": \"42\",", "\"outputs\": null,");
    assertThat(service.post(INFER, none).status()).isEqualTo(200);
    assertThat(service.post(INFER, "{\"inputs\": null}").error())
        .isEqualTo("inputs: found null, expected an array");
  }

  /** A client would wait for what never comes, or read memory that nobody wrote. */
  @ParameterizedTest
  @ValueSource(strings = {"classification", "shared_memory_region", "shared_memory_byte_size"})
  void parametersOfTritonThatChangeTheAnswerAreRefused(String parameter) {
    String parameters = "\"parameters\": {\"%s\": 2}".formatted(parameter);
    for (String body :
        List.of(
            TWO.replace(
                "]}\n", "], \"outputs\": [{\"name\": \"probability\", %s}]}".formatted(parameters)),
            TWO.replace("\"data\": [0, 8]", parameters),
            TWO.replace("\"id\": \"42\"", parameters))) {
      assertThat(body).isNotEqualTo(TWO);
      Answer answer = service.post(INFER, body);
      assertThat(answer.status()).as(answer.body()).isEqualTo(422);
      assertThat(answer.error())
          .isEqualTo("parameters: found \"%s\", which is not supported".formatted(parameter));
    }
    String others =
        "\"parameters\": {\"priority\": 1, \"timeout\": 100, \"headers\": {\"a\": [1]}}";
    assertThat(service.post(INFER, TWO.replace("\"id\": \"42\"", others)).status()).isEqualTo(200);
  }

  @Test
  void onlyTheWantedOutputsAreReturned() {
    Answer wanted =
        service.post(INFER, TWO.replace("]}\n", "], \"outputs\": [{\"name\": \"probability\"}]}"));
    assertThat(wanted.status()).as(wanted.body()).isEqualTo(200);
    Answer unknown =
        service.post(INFER, TWO.replace("]}\n", "], \"outputs\": [{\"name\": \"propability\"}]}"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.error()).contains("outputs: found \"propability\", expected one of");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": \"42\",            | {\"id\": 42,             | id: found 42, expected text",
        "\"inputs\": [               | \"input\": [             | inputs: found none",
        "[106.0, 606]                | [106.0]                  | distance: found 1 elements,"
            + " expected 2",
        "[106.0, 606]                | [106.0, 606, 7]          | distance: found more elements,"
            + " expected 2",
        "[106.0, 606]                | 106                      | expected an array",
        "[106.0, 606]                | [106.0, \"606\"]         | distance: found text, expected"
            + " FP32",
        "[106.0, 606]                | [106.0, null]            | distance: found null, expected"
            + " FP32",
        "[106.0, 606]                | [106.0, true]            | distance: found true, expected"
            + " FP32",
        "[106.0, 606]                | [106.0, NaN]             | Non-standard token 'NaN'",
        "[106.0, 606]                | [106.0, 1e39]            | distance: found 1.0E39, expected"
            + " FP32",
        "[106.0, 606]                | [106.0, {}]              | expected the shape [2] or a flat"
            + " array",
        "[106.0, 606]                | [[106.0], [606]]         | expected the shape [2] or a flat"
            + " array",
        "[[1], [6]]                  | [[1, 6]]                 | expected the shape [2, 1] or a"
            + " flat array",
        "[0, 8]                      | [0, 8.5]                 | hour: found 8.5, expected INT64",
        "[0, 8]                      | [0, 99999999999999999999] | found 99999999999999999999,"
            + " expected INT64",
        "\"shape\": [2, 1]           | \"shape\": [3, 1]        | expected the shape [3, 1]",
        "\"shape\": [2, 1]           | \"shape\": [-1, 1]       | weekday: found the shape [-1, 1],"
            + " expected sizes",
        "\"shape\": [2, 1]           | \"shape\": [4000000000]  | more elements than the request",
        "\"shape\": [2, 1]           | \"shape\": [2000000000, 0] | more elements than the request",
        "\"shape\": [2, 1]           | \"shape\": [0, 2000000000] | more elements than the request",
        "\"shape\": [2, 1]           | \"shape\": [2, 1.5]      | inputs.shape: found 1.5, expected"
            + " whole numbers",
        "\"datatype\": \"FP32\"      | \"datatype\": \"FP23\"   | distance: found the datatype"
            + " \"FP23\"",
        "\"datatype\": \"FP32\"      | \"datatype\": \"FP64\"   | distance",
        "\"name\": \"hour\"          | \"name\": \"huor\"       | inputs: found \"huor\", expected"
            + " one of",
        "\"name\": \"hour\"          | \"name\": \"distance\"   | inputs: found \"distance\" twice",
        "\"name\": \"hour\", \"shape\": [2], | \"shape\": [2],  | inputs.name: found none",
        "\"name\": \"hour\"          | \"name\": \"hour\", \"name\": \"hour\" | inputs.name: found"
            + " twice",
        "\"shape\": [2, 1]           | \"shape\": [2, 1], \"shape\": [2, 1] | inputs.shape: found"
            + " twice",
        "\"datatype\": \"FP32\"      | \"datatype\": \"FP32\", \"datatype\": \"FP32\" |"
            + " inputs.datatype: found twice",
        "\"data\": [0, 8]            | \"data\": [0, 8], \"data\": [0, 8] | inputs.data: found"
            + " twice",
        "\"inputs\": [               | \"inputs\": [], \"inputs\": [ | inputs: found twice",
        "\"inputs\": [               | \"id\": \"1\", \"id\": \"2\", \"inputs\": [ | id: found"
            + " twice",
        "\"inputs\": [               | \"outputs\": [], \"outputs\": [], \"inputs\": [ | outputs:"
            + " found twice",
        "\"inputs\": [               | \"parameters\": {}, \"parameters\": {}, \"inputs\": [ |"
            + " parameters: found twice",
        "\"shape\": [2], \"datatype\": \"INT64\", \"data\": [0, 8] | \"shape\": [1], \"datatype\":"
            + " \"INT64\", \"data\": [0] | hour: found 1 rows, expected 2",
        "\"data\": [0, 8]            | \"parameters\": {\"binary_data_size\": 16} | expected at"
            + " most the 0 bytes",
        "\"data\": [0, 8]            | \"data\": [0, 8], \"parameters\": {\"binary_data_size\": 0}"
            + " | hour: found both data and binary_data_size",
        "{\"data\": [\"JFK\", \"ATL\"]  | {\"parameters\": {\"binary_data_size\": 0}, \"data\":"
            + " [\"JFK\", \"ATL\"] | origin: found both data and binary_data_size",
        "[\"BDL\", \"ORD\"]           | [\"BDL\", \"\\ud800\"]    | destination: found half of a"
            + " surrogate pair",
        "[\"BDL\", \"ORD\"]           | [\"BDL\", \"\\udc00\\ud800\"] | destination: found half of"
            + " a surrogate pair",
        "{\"id\": \"42\",            | {\"parameters\": {\"binary_data_output\": \"yes\"}, |"
            + " binary_data_output: found text, expected true or false",
      })
  void aWrongRequestIsRefusedWithItsReason(String part, String wrong, String message) {
    String body = TWO.replace(part.strip(), wrong.strip());
    assertThat(body).isNotEqualTo(TWO);
    Answer answer = service.post(INFER, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.error()).contains(message.strip()).doesNotContain("io.mlops4j", "Exception");
  }

  @Test
  void anErrorRepeatsNoLargePartOfTheRequest() {
    Answer answer = service.post(INFER, TWO.replace("FP32", "F".repeat(1_000_000)));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .hasSizeLessThan(2_000)
        .startsWith("distance: found the datatype \"FFF");
    assertThat(service.post("/predict", "{\"distance\":\"" + "1".repeat(1_000_000) + "\"}").body())
        .hasSizeLessThan(2_000);
  }

  @Test
  void textOfWholeCharactersIsTakenFromJson() {
    assertThat(service.post(INFER, TWO.replace("ORD", "\\ud83d\\ude00 \u00e9")).status())
        .isEqualTo(200);
  }

  @Test
  void shapesTogetherClaimNoMoreElementsThanTheRequestHasBytes() {
    StringBuilder inputs = new StringBuilder();
    for (String name : List.of("hour", "weekday", "origin", "destination")) {
      inputs.append(
          "{\"name\": \"%s\", \"shape\": [500], \"datatype\": \"FP64\", \"data\": []},"
              .formatted(name));
    }
    Answer answer = service.post(INFER, TWO.replace("\"inputs\": [", "\"inputs\": [" + inputs));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("[500], which has more elements than the request");
  }

  @Test
  void aMissingInputIsTheLibrarysMessage() {
    Answer answer =
        service.post(
            INFER,
            "{\"inputs\":[{\"name\":\"distance\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("hour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "99999"})
  void aWrongLengthOfTheJsonIsRefused(String length) {
    Answer answer = service.post(INFER, TWO, "Inference-Header-Content-Length", length);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).startsWith("Inference-Header-Content-Length: found ");
  }
}
