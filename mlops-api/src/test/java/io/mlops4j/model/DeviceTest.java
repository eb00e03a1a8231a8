package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.mlops4j.spi.DeviceRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices, what is asked of them, and where a model came to run. */
class DeviceTest {

  @Test
  void namesSayWhatItIsAndWhichOfSeveral() {
    Device second = Device.of("cuda:1");
    assertThat(second.kind()).isEqualTo("cuda");
    assertThat(second.number()).hasValue(1);
    assertThat(second.name()).isEqualTo("cuda:1");
    assertThat(Device.of("cuda").number()).isEmpty();
    assertThat(Device.of("cuda").name()).isEqualTo("cuda");
    assertThat(Stream.of("cpu", "cuda:0", "tensorrt:1", "coreml", "directml:2", "openvino"))
        .map(Device::of)
        .containsExactly(
            Device.cpu(),
            Device.cuda(0),
            Device.tensorrt(1),
            Device.coreml(),
            Device.directml(2),
            Device.openvino());
    assertThat(List.of(Device.rocm(3).name(), Device.xnnpack().name()))
        .containsExactly("rocm:3", "xnnpack");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:10000", "cuda:1:2", " cpu", "0"})
  void otherTextsAreNoNames(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Device.of(text))
        .withMessageContaining("found \"" + text + "\", expected a name in lower case");
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Device.cuda(-1));
  }

  @Test
  void optionsAreChangedCopies() {
    Device plain = Device.cuda(0);
    Device limited =
        plain.withOption("gpu_mem_limit", "1").withOption("a", "b").withOption("a", "c");
    assertThat(plain.options()).isEmpty();
    assertThat(limited.options()).isEqualTo(Map.of("gpu_mem_limit", "1", "a", "c"));
    assertThat(limited)
        .hasToString("cuda:0 {a=c, gpu_mem_limit=1}")
        .isNotEqualTo(plain)
        .isEqualTo(Device.cuda(0).withOption("a", "c").withOption("gpu_mem_limit", "1"));
    assertThat(limited.name()).isEqualTo("cuda:0");
    assertThatNullPointerException().isThrownBy(() -> plain.withOption("a", null));
  }

  @Test
  void aRequestAllowsWhatItNamesAndNothingElse() {
    assertThat(DeviceRequest.any().allows("cpu")).isTrue();
    assertThat(DeviceRequest.of("cuda").allows("cpu")).isFalse();
    assertThat(DeviceRequest.of("cuda:1", "cpu").allows("cpu")).isTrue();
    assertThat(DeviceRequest.of("cuda:1", "cpu").allows("cuda")).isTrue();
    assertThat(DeviceRequest.of("cuda:1", "cpu").preferred())
        .isEqualTo(DeviceRequest.of(List.of(Device.cuda(1), Device.cpu())).preferred());
  }

  @Test
  void placementsTellWhereNodesRanAndWhatWasMissing() {
    Placement asked = Placement.of("cuda", "cpu");
    Placement counted = asked.withNodes(Map.of("cuda", 210, "cpu", 4));
    assertThat(asked).hasToString("cuda, cpu");
    assertThat(asked.nodesByDevice()).isEmpty();
    assertThat(asked.missing()).isEmpty();
    assertThat(counted).hasToString("cuda (210 nodes), cpu (4 nodes)").isNotEqualTo(asked);
    assertThat(counted.nodesByDevice()).isEqualTo(Map.of("cuda", 210, "cpu", 4));
    assertThat(asked.withNodes(Map.of("other", 1))).hasToString("cuda, cpu, other (1 nodes)");
    Placement fallen = Placement.of("cpu").withMissing(Map.of("cuda", "no driver"));
    assertThat(fallen).hasToString("cpu in place of cuda").isNotEqualTo(Placement.of("cpu"));
    assertThat(fallen.missing()).isEqualTo(Map.of("cuda", "no driver"));
    assertThatIllegalArgumentException().isThrownBy(Placement::of);
    assertThatIllegalArgumentException().isThrownBy(() -> asked.withNodes(Map.of("cpu", -1)));
  }
}
