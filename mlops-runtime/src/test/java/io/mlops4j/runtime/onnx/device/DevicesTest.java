package io.mlops4j.runtime.onnx.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.Device;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which devices of a request are taken, on machines that there are not here. */
class DevicesTest {
  private static final String MODEL = "src/test/resources/io/mlops4j/runtime/models/mlp4.onnx";

  /** A machine that has some devices. */
  private record Machine(Set<String> has) implements Devices.Trial {
    static Machine with(String... kinds) {
      return new Machine(Set.of(kinds));
    }

    @Override
    public String missing(DeviceKind kind, Device device) {
      return has.contains(kind.title()) ? null : "no " + device.name();
    }

    @Override
    public String missing(DeviceKind kind, OrtException refusal) {
      return refusal.getMessage();
    }

    Devices find(String... preferred) {
      return Devices.find(DeviceRequest.of(preferred), this);
    }
  }

  @Test
  void withoutARequestTheProcessorRunsTheModel() {
    assertThat(Machine.with("cuda").find().placement()).isEqualTo(Placement.of("cpu"));
    assertThat(Machine.with("cuda").find("cpu").placement()).isEqualTo(Placement.of("cpu"));
  }

  @Test
  void oneNameAloneIsRequiredAndUsedAlone() {
    assertThat(Machine.with("cuda").find("cuda:1").placement()).isEqualTo(Placement.of("cuda:1"));
    assertThatThrownBy(() -> Machine.with("xnnpack").find("cuda:1"))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("device cuda:1: no cuda:1");
  }

  @Test
  void theFirstThatIsThereIsTakenAndThoseBeforeItAreTold() {
    assertThat(Machine.with().find("tensorrt", "cuda", "cpu").placement())
        .isEqualTo(
            Placement.of("cpu").withMissing(Map.of("tensorrt", "no tensorrt", "cuda", "no cuda")));
    assertThat(Machine.with("cuda").find("coreml", "cuda", "cpu").placement())
        .isEqualTo(Placement.of("cuda", "cpu").withMissing(Map.of("coreml", "no coreml")));
    assertThatThrownBy(() -> Machine.with("cuda").find("tensorrt", "coreml"))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("device tensorrt: no tensorrt; device coreml: no coreml");
  }

  @Test
  void thoseBehindTheFirstRunWhatItCannot() {
    Machine nvidia = Machine.with("cuda", "tensorrt", "xnnpack");
    assertThat(nvidia.find("tensorrt", "cuda").placement())
        .isEqualTo(Placement.of("tensorrt", "cuda"));
    assertThat(nvidia.find("tensorrt", "cuda", "cpu").placement())
        .isEqualTo(Placement.of("tensorrt", "cuda", "cpu"));
    assertThat(nvidia.find("cuda", "tensorrt").placement())
        .isEqualTo(Placement.of("cuda", "tensorrt"));
  }

  @Test
  void theProcessorKnowsEveryOperatorSoThatNothingFollowsIt() {
    assertThat(Machine.with("cuda").find("cpu", "cuda").placement()).isEqualTo(Placement.of("cpu"));
  }

  @Test
  void aSessionHasOneDeviceOfAKind() {
    assertThat(Machine.with("cuda").find("cuda:1", "cuda:0", "cpu").placement())
        .isEqualTo(Placement.of("cuda:1", "cpu"));
  }

  @Test
  void devicesOfOtherEnginesAreToldAsMissing() {
    Devices devices = Machine.with().find("abacus", "cpu");
    assertThat(devices.placement().devices()).containsExactly("cpu");
    assertThat(devices.placement().missing().get("abacus"))
        .contains("[coreml, cpu, cuda, directml, openvino, rocm, tensorrt, xnnpack]");
  }

  @Test
  void numbersAndOptionsThatADeviceNeverTakesAreRefusedEvenWhereItIsNotTaken() {
    for (String wrong : List.of("cpu:0", "coreml:1", "openvino:0", "xnnpack:2")) {
      assertThatThrownBy(() -> Machine.with().find("cpu", wrong))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("device " + wrong + ": found a number");
    }
    for (Device device : List.of(Device.cpu(), Device.directml(0), Device.rocm(0))) {
      DeviceRequest request =
          DeviceRequest.of(List.of(Device.cpu(), device.withOption("arena", "1")));
      assertThatThrownBy(() -> Devices.find(request, Machine.with()))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("device " + device.name() + ": found the option arena");
    }
    DeviceRequest intel =
        DeviceRequest.of(List.of(Device.openvino().withOption("device_type", "GPU"), Device.cpu()));
    assertThat(Devices.find(intel, Machine.with("openvino")).placement())
        .isEqualTo(Placement.of("openvino", "cpu"));
  }

  @Test
  void onlyWhereTheProcessorIsNotNamedIsItForbidden() {
    assertThat(config(Machine.with("cuda").find("cuda")))
        .containsEntry("session.disable_cpu_ep_fallback", "1");
    assertThat(config(Machine.with("cuda").find("cuda", "cpu"))).isEmpty();
    assertThat(config(Machine.with("cuda").find())).isEmpty();
  }

  private static Map<String, String> config(Devices devices) {
    try (SessionOptions options = new SessionOptions()) {
      try {
        devices.addTo(options);
      } catch (OrtException e) {
        // There is no such device here; what was set before it stays.
      }
      return options.getConfigEntries();
    }
  }

  @Test
  void devicesThatCannotOpenEvenTheSmallestModelAreGivenUp() {
    Devices all = Machine.with("tensorrt", "cuda").find("tensorrt", "cuda", "cpu");
    OrtException failure = new OrtException("the model");
    List<Placement> tried = new ArrayList<>();
    Devices working =
        all.working(
            one -> {
              tried.add(one.placement());
              if (one.placement().devices().contains("tensorrt")) {
                throw new OrtException("no such GPU");
              }
            },
            failure);
    assertThat(tried).containsExactly(Placement.of("tensorrt", "cpu"), Placement.of("cuda", "cpu"));
    assertThat(working.placement())
        .isEqualTo(Placement.of("cuda", "cpu").withMissing(Map.of("tensorrt", "no such GPU")));
    assertThat(working.working(one -> {}, failure)).isSameAs(working);
  }

  @Test
  void aRequiredDeviceThatCannotOpenEvenTheSmallestModelIsRefused() {
    Devices cuda = Machine.with("cuda").find("cuda");
    assertThatThrownBy(
            () ->
                cuda.working(
                    one -> {
                      throw new OrtException("no such GPU");
                    },
                    new OrtException("the model")))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("device cuda: no such GPU")
        .hasRootCauseMessage("the model");
  }

  @Test
  void modelsThatNeedTheProcessorSayHowToGiveIt() throws Exception {
    OrtException refusal = refusalForWantOfTheProcessor();
    assertThat(Machine.with("cuda").find("cuda:0").needsCpu(refusal))
        .contains("only [cuda:0] may be used")
        .contains("name \"cpu\" last");
    assertThat(Machine.with("cuda").find("cuda", "cpu").needsCpu(refusal)).isNull();
    assertThat(Machine.with("cuda").find("cuda").needsCpu(new OrtException("other"))).isNull();
  }

  /** As ONNX Runtime words it. */
  private static OrtException refusalForWantOfTheProcessor() throws OrtException {
    try (SessionOptions options = new SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      OrtEnvironment.getEnvironment().createSession(MODEL, options).close();
      throw new AssertionError("it ran on the CPU all the same");
    } catch (OrtException e) {
      return e;
    }
  }

  @Test
  void providersAreCalledAsTheirDevicesWereAskedFor() {
    Devices devices = Machine.with("cuda").find("cuda:1", "cpu");
    assertThat(devices.name("CUDAExecutionProvider")).isEqualTo("cuda:1");
    assertThat(devices.name("CPUExecutionProvider")).isEqualTo("cpu");
    assertThat(devices.name("OtherExecutionProvider")).isEqualTo("OtherExecutionProvider");
  }

  /** Messages of onnxruntime_gpu 1.29.0 on machines without a GPU. */
  @Test
  void messagesSayWhatIsMissingAndNotWhereInTheSource() {
    assertThat(
            DeviceTrial.message(
                "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /tmp/o/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory\n"))
        .isEqualTo(
            "Failed to load library /tmp/o/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory");
    assertThat(
            DeviceTrial.message(
                "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, int) CUDA failure 2: out of memory ; GPU=-1 ; "))
        .isEqualTo("CUDA failure 2: out of memory ; GPU=-1 ;");
    assertThat(DeviceTrial.message("Error code - ORT_EP_FAIL - message: Failed to find ROCM"))
        .isEqualTo("Failed to find ROCM");
  }
}
