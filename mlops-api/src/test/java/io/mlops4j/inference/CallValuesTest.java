package io.mlops4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.mlops4j.model.Device;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallValuesTest {
  private static final Digest DIGEST =
      Digest.parse("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  private static final ModelVersion V1 = new ModelVersion("flight-delay", 1, DIGEST);

  @Test
  void predictionIdsHaveAStableText() {
    assertThat(new PredictionId(0xab, 0x1f, 0)).hasToString("00000000000000ab-1f-0");
    assertThat(new PredictionId(-1, 0, Integer.MAX_VALUE))
        .hasToString("ffffffffffffffff-0-2147483647");
  }

  @Test
  void predictionIdsAreReadBackFromTheirText() {
    long seed = 42;
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      PredictionId id =
          new PredictionId(random.nextLong(), random.nextLong(), random.nextInt() >>> 1);
      assertThat(PredictionId.parse(id.toString())).as("seed %d", seed).isEqualTo(id);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "00000000000000ab-1f",
        "00000000000000ab-1f-",
        "00000000000000ab-1f--1",
        "00000000000000AB-1f-0",
        "0000000000000ab-1f-0",
        "00000000000000ab-1f-2147483648",
        "00000000000000ab-1f-00",
        "00000000000000ab-12345678901234567-0",
        "00000000000000ab-1f-0\n"
      })
  void otherTextsAreNoPredictionIds(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PredictionId.parse(text))
        .withMessageContaining("expected the form");
  }

  @Test
  void negativeRowsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new PredictionId(0, 0, -1));
  }

  @Test
  void servedBySaysWhoAnswered() {
    AliasRecord record =
        new AliasRecord(
            "flight-delay", "champion", 1, null, V1, Change.by("ana"), Instant.EPOCH, null);
    ServedBy served = ServedBy.of("flight-delay", DIGEST, V1, record, "onnxruntime");
    assertThat(served)
        .hasToString("flight-delay:1, sha256:ba7816bf8f01, champion record 1, onnxruntime")
        .isEqualTo(ServedBy.of("flight-delay", DIGEST, V1, record, "onnxruntime"))
        .isNotEqualTo(ServedBy.of("flight-delay", DIGEST, V1, null, "onnxruntime"));
    assertThat(ServedBy.of("model.onnx", DIGEST, null, null, "onnxruntime"))
        .hasToString("model.onnx, sha256:ba7816bf8f01, onnxruntime");
  }

  @Test
  void changesNeedAnActorAndRecordsANumber() {
    assertThat(Change.by("ana").because("first model")).isEqualTo(new Change("ana", "first model"));
    assertThat(Change.by("ana").reason()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> Change.by(" "));
    assertThatNullPointerException().isThrownBy(() -> Change.by("ana").because(null));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new AliasRecord("m", "a", 0, null, V1, Change.by("ana"), Instant.EPOCH, null));
  }

  @Test
  void callOptionsBoundTheCall() {
    assertThat(CallOptions.withDefaults().deadline()).isEmpty();
    assertThat(CallOptions.withDefaults().withDeadline(Duration.ofMillis(20)).deadline())
        .hasValue(Duration.ofMillis(20));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CallOptions.withDefaults().withDeadline(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CallOptions.withDefaults().withDeadline(Duration.ofNanos(-1)));
  }

  @Test
  void builtOptionsDoNotChange() {
    InferenceListener listener = event -> {};
    LoadOptions defaults = LoadOptions.defaults();
    LoadOptions changed =
        defaults.toBuilder()
            .features(FeatureSchema.ofNames("a"))
            .listener(listener)
            .engine("onnxruntime")
            .device("cuda:0", "cpu")
            .build();
    assertThat(defaults.features()).isEmpty();
    assertThat(defaults.listeners()).isEmpty();
    assertThat(defaults.engine()).isEmpty();
    assertThat(defaults.devices()).isEmpty();
    assertThat(changed.features()).hasValue(FeatureSchema.ofNames("a"));
    assertThat(changed.listeners()).containsExactly(listener);
    assertThat(changed.engine()).hasValue("onnxruntime");
    assertThat(changed.devices()).containsExactly(Device.cuda(0), Device.cpu());
    assertThat(defaults.profiled()).isFalse();
    assertThat(changed.toBuilder().profiled().build().profiled()).isTrue();
    assertThat(changed.toBuilder().device(Device.xnnpack().withOption("a", "b")).build().devices())
        .containsExactly(Device.xnnpack().withOption("a", "b"));
    assertThat(changed.toBuilder().device().build().devices()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.toBuilder().device("cpu", "GPU").build());
    assertThat(listener.needsRows()).isFalse();
  }

  /** The examples of W3C Trace Context, section 3.2. */
  @Test
  void aWellFormedTraceparentGivesTheTraceIdAndAnyOtherIsIgnored() {
    CallOptions none = CallOptions.withDefaults();
    String id = "4bf92f3577b34da6a3ce929d0e0e4736";
    CallOptions traced = none.withTraceparent("00-" + id + "-00f067aa0ba902b7-01");
    assertThat(traced.traceId()).hasValue(id);
    assertThat(traced.withDeadline(Duration.ofMillis(20)).traceId()).hasValue(id);
    assertThat(traced.withDeadline(Duration.ofMillis(20)).deadline())
        .hasValue(Duration.ofMillis(20));
    assertThat(none.withTraceparent("cc-" + id + "-00f067aa0ba902b7-01-what-will-be").traceId())
        .hasValue(id);
    assertThat(none.traceId()).isEmpty();
    for (String wrong :
        List.of(
            "",
            id,
            "00-" + id,
            "00-" + id + "-00f067aa0ba902b7-01-more",
            "ff-" + id + "-00f067aa0ba902b7-01",
            "00-" + id.toUpperCase(Locale.ROOT) + "-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-" + id + "-0000000000000000-01",
            "cc-" + id + "-00f067aa0ba902b7-01.what")) {
      assertThat(traced.withTraceparent(wrong).traceId()).as(wrong).isEmpty();
    }
  }
}
