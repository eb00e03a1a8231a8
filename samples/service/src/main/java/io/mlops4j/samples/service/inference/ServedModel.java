package io.mlops4j.samples.service.inference;

import io.mlops4j.feature.FeatureBatch;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** The deployment as the protocol sees it: one model with one or two versions. Thread safe. */
public final class ServedModel {
  /** The name of the server, its version and the extensions of the protocol, for its metadata. */
  public static final String SERVER = "mlops4j-service";

  public static final String SERVER_VERSION = "1";
  public static final List<String> EXTENSIONS = List.of("binary_tensor_data");

  private final Deployment deployment;
  private final BufferAllocator allocator;
  private volatile @Nullable Names names;

  public ServedModel(Deployment deployment, BufferAllocator allocator) {
    this.deployment = deployment;
    this.allocator = allocator;
  }

  public BufferAllocator allocator() {
    return allocator;
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
    checkNames("outputs", request.outputs(), names.outputs());
    try (FeatureBatch rows = request.batch();
        Prediction prediction = deployment.predict(rows, chosen)) {
      if (!version.isEmpty() && !version.equals(InferenceResponse.version(prediction.servedBy()))) {
        throw unknownVersion(version, versions()); // replaced since the request came
      }
      return writer.apply(
          InferenceResponse.of(
              prediction, request.outputs().isEmpty() ? names.outputs() : request.outputs()));
    }
  }

  /** What a request may name; the names change only with the signature of the deployment. */
  private record Names(ModelSignature of, List<String> inputs, List<String> outputs) {}

  @SuppressWarnings("ReferenceEquality") // equal signatures that differ would only be read again
  private Names names() {
    ModelSignature signature = deployment.signature();
    Names known = names;
    if (known == null || known.of() != signature) {
      List<String> inputs = new ArrayList<>(deployment.features().keys());
      deployment.features().features().forEach(feature -> inputs.add(feature.column()));
      known =
          new Names(
              signature,
              List.copyOf(inputs),
              outputs(signature).stream().map(ValueSpec::name).toList());
      names = known;
    }
    return known;
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
        deployment.servedBy().engine(),
        deployment.features().features().stream().map(this::input).toList(),
        outputs(deployment.signature()).stream().map(Tensor::of).toList());
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
