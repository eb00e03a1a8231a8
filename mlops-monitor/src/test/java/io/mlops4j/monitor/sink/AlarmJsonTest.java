package io.mlops4j.monitor.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.MadeAlarms;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.rollout.Evidence;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode parsed(Alarm alarm) throws Exception {
    String line = AlarmJson.line(alarm, "delay-service");
    assertThat(line).doesNotContain("\n", "\r");
    assertThat(
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(AlarmSink.schema())
                .validate(line, InputFormat.JSON))
        .isEmpty();
    return JSON.readTree(line);
  }

  @Test
  void anAlarmIsWhatItsSchemaSays() throws Exception {
    ServedBy by = MadeAlarms.version(2);
    JsonNode alarm = parsed(MadeAlarms.drift(3, "distance"));
    assertThat(alarm.get("format").asText()).isEqualTo("mlops4j-alarm");
    assertThat(alarm.get("key").asText()).isEqualTo("delay-service/alarm-3@2001-03-02T07:00:00Z");
    assertThat(alarm.get("source").asText()).isEqualTo("delay-service");
    assertThat(alarm.get("id").asText()).isEqualTo("alarm-3");
    assertThat(alarm.get("kind").asText()).isEqualTo("drift");
    assertThat(alarm.get("at").asText()).isEqualTo("2001-03-02T07:00:00Z");
    assertThat(alarm.get("servedBy").get("version").asText()).isEqualTo("m:2");
    assertThat(alarm.get("servedBy").get("digest").asText()).isEqualTo(by.digest().toString());
    assertThat(alarm.get("servedBy").has("alias")).isFalse();
    JsonNode compared = alarm.get("compared");
    assertThat(compared.get("from").asText()).isEqualTo("2001-03-02T06:00:00Z");
    assertThat(compared.get("rows").asLong()).isEqualTo(500);
    assertThat(compared.get("current").asText()) // printf '\\002' | sha256sum
        .isEqualTo("sha256:dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986");
    assertThat(alarm.get("evidence").get(0).get("measured").asDouble()).isEqualTo(0.5);
    JsonNode incident = alarm.get("incident");
    assertThat(incident.get("id").asText()).isEqualTo("incident-1");
    assertThat(incident.get("status").asText()).isEqualTo("open");
    assertThat(incident.get("acknowledgedBy").asText()).isEqualTo("maria");
    assertThat(incident.get("findingsLeftOut").asInt()).isZero();
    JsonNode finding = incident.get("findings").get(0);
    assertThat(finding.get("subject").asText()).isEqualTo("distance");
    assertThat(finding.get("open").asBoolean()).isTrue();
    assertThat(finding.get("worst").get("text").asText()).isEqualTo("distance moved");
  }

  @Test
  void figuresThatAreNoNumbersAreNullOrText() throws Exception {
    Evidence odd = new Evidence("x", Double.POSITIVE_INFINITY, Double.NaN, "x has no bound");
    JsonNode evidence =
        parsed(MadeAlarms.of(1, List.of(MadeAlarms.finding("x", odd)))).get("evidence").get(0);
    assertThat(evidence.get("measured").asText()).isEqualTo("Infinity");
    assertThat(evidence.get("bound").isNull()).isTrue();
  }

  @Test
  void hostileNamesStayNames() throws Exception {
    String name = "a\"},\n{\"format\":\"mlops4j-alarm\"\u2028\ud800";
    JsonNode alarm = parsed(MadeAlarms.drift(1, name));
    assertThat(alarm.get("incident").get("findings").get(0).get("subject").asText())
        .startsWith("a\"},\n{");
  }

  @Test
  void aLineHasABoundedSize() throws Exception {
    Alarm huge = MadeAlarms.huge();
    JsonNode alarm = parsed(huge);
    int shown = alarm.get("incident").get("findings").size();
    assertThat(alarm.get("incident").get("findingsLeftOut").asInt()).isEqualTo(1_000 - shown);
    assertThat(alarm.get("evidence")).hasSize(shown);
    assertThat(AlarmJson.line(huge, null).getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(AlarmJson.MOST_BYTES);
  }

  @Test
  void theKeyIsTheSameForEveryDeliveryAndAnotherForEveryAlarm() {
    Alarm alarm = MadeAlarms.drift(1, "x");
    assertThat(AlarmJson.key(alarm, null)).isEqualTo("alarm-1@2001-03-02T07:00:00Z");
    assertThat(AlarmJson.key(alarm, "b")).isEqualTo("b/alarm-1@2001-03-02T07:00:00Z");
    assertThat(AlarmJson.key(MadeAlarms.drift(2, "x"), null))
        .isNotEqualTo(AlarmJson.key(alarm, null));
  }
}
