package io.mlops4j.samples.service.inference;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Feature;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.deployment.CanaryStatus;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.samples.service.inference.InferenceResponse.Answering;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** The deployment as the protocol sees it: one model with one or two versions. Thread safe. */
public final class ServedModel implements AutoCloseable {
  /** The name of the server, its version and the extensions of the protocol, for its metadata. */
  public static final String SERVER = "mlops4j-service";

  public static final String SERVER_VERSION = "1";
  public static final List<String> EXTENSIONS = List.of("binary_tensor_data");

  private final Deployment deployment;
  private final RequestPool requests;
  private volatile @Nullable Names names;

  /** The last version that answered, and in a rollout the one before. */
  private volatile @Nullable Answering answering;

  private volatile @Nullable Answering other;

  public ServedModel(Deployment deployment, BufferAllocator allocator) {
    this.deployment = deployment;
    this.requests = new RequestPool(allocator, new NamesNow());
  }

  /** The memory of requests. */
  public RequestPool requests() {
    return requests;
  }

  /** Frees the memory of requests; does not close the deployment. */
  @Override
  public void close() {
    requests.close();
  }

  /** Returns the name of the model. */
  public String name() {
    return deployment.servedBy().model();
  }

  /** Returns the versions that answer now: that of the alias, and the candidate of a rollout. */
  public List<String> versions() {
    List<String> versions = new ArrayList<>();
    versions.add(InferenceResponse.version(deployment.servedBy()));
    candidate().map(InferenceResponse::version).ifPresent(versions::add);
    return versions;
  }

  private Optional<ServedBy> candidate() {
    return deployment.canary().flatMap(CanaryStatus::serving);
  }

  /**
   * Returns the route to a version.
   *
   * @param name the model's name
   * @param version its number; empty for any
   * @throws Problem if it does not answer here
   */
  public Optional<Route> route(String name, String version) {
    if (!name.equals(name())) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "model: found \"%s\", expected \"%s\"".formatted(name, name()));
    }
    if (version.isEmpty()) {
      return Optional.empty();
    }
    List<String> versions = versions();
    int index = versions.indexOf(version);
    if (index < 0) {
      throw unknownVersion(version, versions);
    }
    return Optional.of(index == 0 ? Route.PRIMARY : Route.CANARY);
  }

  /** Whether the version, or any if it is empty, answers here. */
  public boolean isKnown(String name, String version) {
    return name.equals(name()) && (version.isEmpty() || versions().contains(version));
  }

  private static Problem unknownVersion(String version, List<String> versions) {
    return new Problem(
        Problem.Kind.NOT_FOUND,
        "version: found \"%s\", expected one that answers now: %s".formatted(version, versions));
  }

  /** The version was replaced since the request came, or fails. */
  private Problem answeredByAnother(String version) {
    List<String> versions = versions();
    return versions.contains(version)
        ? new Problem(
            Problem.Kind.UNAVAILABLE,
            "version: found \"%s\", whose call failed or was not tried after many failures; name no version to get the answer of another one, or try again later"
                .formatted(version))
        : unknownVersion(version, versions);
  }

  /**
   * Answers a request.
   *
   * @param version the number of the version that must answer; empty for any
   * @param writer reads the response while it is valid
   */
  public <R> R infer(
      String name,
      String version,
      InferenceRequest request,
      CallOptions options,
      Function<InferenceResponse, R> writer) {
    CallOptions chosen = route(name, version).map(options::withRoute).orElse(options);
    Names names = names();
    checkNames("inputs", request.inputs(), names.inputs());
    checkNames("outputs", request.outputs(), names.outputs().keySet());
    try (Prediction prediction = deployment.predict(request.batch(), chosen)) {
      Answering by = answering(prediction.servedBy());
      if (!version.isEmpty() && !version.equals(by.version())) {
        throw answeredByAnother(version);
      }
      request.answered();
      return writer.apply(
          InferenceResponse.of(prediction, by, outputs(prediction, request, names)));
    }
  }

  private static List<OutputTensor> outputs(
      Prediction prediction, InferenceRequest request, Names names) {
    Collection<String> wanted =
        request.outputs().isEmpty() ? names.outputs().keySet() : request.outputs();
    List<OutputTensor> outputs = new ArrayList<>(wanted.size());
    for (String name : wanted) {
      DataType type = names.outputs().get(name);
      if (type != null) {
        outputs.add(OutputTensor.of(prediction, name, type));
      }
    }
    return outputs;
  }

  @SuppressWarnings("ReferenceEquality") // one instance for each swap
  private Answering answering(ServedBy by) {
    Answering last = answering;
    if (last != null && last.servedBy() == by) {
      return last;
    }
    Answering before = other;
    Answering now = before != null && before.servedBy() == by ? before : Answering.of(by);
    other = last;
    answering = now;
    return now;
  }

  /** What a request may name; the names change only with the signature of the deployment. */
  private record Names(ModelSignature of, Set<String> inputs, Map<String, DataType> outputs) {}

  @SuppressWarnings("ReferenceEquality") // equal signatures that differ would only be read again
  private Names names() {
    ModelSignature signature = deployment.signature();
    Names known = names;
    if (known == null || known.of() != signature) {
      Set<String> inputs = new LinkedHashSet<>(deployment.features().keys());
      deployment.features().features().forEach(feature -> inputs.add(feature.column()));
      Map<String, DataType> outputs = new LinkedHashMap<>();
      outputs(signature).forEach(spec -> outputs.put(spec.name(), DataType.of(spec.type())));
      known = new Names(signature, inputs, outputs);
      names = known;
    }
    return known;
  }

  private final class NamesNow implements RequestPool.Names {
    @Override
    public void requireInput(String name) {
      checkNames("inputs", List.of(name), names().inputs());
    }

    @Override
    public void requireOutput(String name) {
      checkNames("outputs", List.of(name), names().outputs().keySet());
    }
  }

  private static void checkNames(String what, Collection<String> found, Collection<String> known) {
    for (String name : found) {
      if (!known.contains(name)) {
        throw Problem.badInput("%s: found \"%s\", expected one of %s".formatted(what, name, known));
      }
    }
  }

  /** The outputs that are tensors; the protocol has no form for sequences and maps. */
  private static List<TensorSpec> outputs(ModelSignature signature) {
    return signature.outputs().stream()
        .filter(TensorSpec.class::isInstance)
        .map(TensorSpec.class::cast)
        .toList();
  }

  /**
   * A tensor of the metadata.
   *
   * @param shape the sizes, -1 where the model declares none
   */
  public record Tensor(String name, DataType datatype, List<Long> shape) {
    static Tensor of(TensorSpec spec) {
      return new Tensor(
          spec.name(),
          DataType.of(spec.type()),
          spec.anyRank()
              ? List.of(-1L)
              : spec.shape().stream().map(dim -> dim.size().orElse(-1)).toList());
    }
  }

  /** What the model takes and returns. */
  public record Metadata(
      String name,
      List<String> versions,
      String platform,
      List<Tensor> inputs,
      List<Tensor> outputs) {}

  /** Returns the metadata of a version; both versions take the same inputs. */
  public Metadata metadata(String name, String version) {
    Optional<Route> checked = route(name, version);
    return new Metadata(
        name(),
        checked.isPresent() ? List.of(version) : versions(),
        platform(deployment.servedBy().engine()),
        deployment.features().features().stream().map(this::input).toList(),
        outputs(deployment.signature()).stream().map(Tensor::of).toList());
  }

  /** The protocol has its own names for the formats that it knows. */
  private static String platform(String engine) {
    return switch (engine) {
      case "onnxruntime" -> "onnx_onnxv1";
      case "tensorflow" -> "tensorflow_savedmodel";
      default -> engine;
    };
  }

  /**
   * A feature that fills an input has its shape; one of several that share an input is a column.
   */
  private Tensor input(Feature feature) {
    ModelSignature signature = deployment.signature();
    for (ValueSpec spec : signature.inputs()) {
      if (spec instanceof TensorSpec tensor && spec.name().equals(feature.name())) {
        Tensor its = Tensor.of(tensor);
        return new Tensor(feature.column(), its.datatype(), its.shape());
      }
    }
    TensorSpec shared = (TensorSpec) signature.inputs().get(0);
    return new Tensor(
        feature.column(), DataType.of(feature.type().orElse(shared.type())), List.of(-1L));
  }
}
