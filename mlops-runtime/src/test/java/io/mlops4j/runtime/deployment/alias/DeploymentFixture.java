package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.serving.RuntimeSettings;
import io.mlops4j.runtime.trust.ModelSigner;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A registry with three versions, each of which adds its number to {@code x}. */
final class DeploymentFixture implements AutoCloseable {
  static final String CHAMPION = "plus@champion";
  static final String CHALLENGER = "plus@challenger";

  record Term(float x) {}

  record Sum(float y, ServedBy by) {
    /** Which version gave this value for zero. */
    void isConsistent(float x) {
      assertThat(y - x).isEqualTo((float) by.version().orElseThrow().number());
    }
  }

  final DefaultModelLoader loader = new DefaultModelLoader(RuntimeSettings.of(2));
  final ModelRegistry registry;
  final ModelVersion v1;
  final ModelVersion v2;
  final ModelVersion v3;

  DeploymentFixture(Path folder) {
    this(FileModelRegistry.open(folder.resolve("registry")));
  }

  DeploymentFixture(ModelRegistry empty) {
    registry = empty;
    v1 = publish("plus1", card().build());
    v2 = publish("plus2", card().build());
    v3 = publish("plus3", card().build());
  }

  static ModelCard.Builder card() {
    return ModelCard.builder("plus");
  }

  static GoldenRows golden(double y) {
    return GoldenRows.within(1e-6).withInput("x", 0.5, 0).withOutput("y", 0.5 + y, y);
  }

  ModelVersion publish(String file, ModelCard card) {
    return registry.publish(card, resource(file));
  }

  static ModelSigner signer() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair keys = generator.generateKeyPair();
      return ModelSigner.of(keys.getPrivate(), keys.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads only what the signer has signed. */
  static DefaultModelLoader trusting(ModelSigner signer) {
    return new DefaultModelLoader(
        new RuntimeSettings(
            1,
            1,
            null,
            null,
            null,
            0,
            Closing.waits(),
            false,
            TrustPolicy.signedBy(signer.key()),
            null));
  }

  static Path resource(String file) {
    return Path.of("src/test/resources/io/mlops4j/runtime/deployment", file + ".onnx");
  }

  AliasRecord assign(String ref, ModelVersion version) {
    return registry.assign(ref, version, Change.by("ana").because("test"));
  }

  /** Tries again what a busy machine may not answer within the time limit of a registry. */
  static <T> T patiently(Supplier<T> work) {
    for (int left = 20; ; left--) {
      try {
        return work.get();
      } catch (RegistryException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  /** Looks at the alias only when asked to. */
  Deployment.Builder champion() {
    return champion(registry);
  }

  /** Of the same registry, seen by another way. */
  Deployment.Builder champion(ModelRegistry registry) {
    return new DeploymentBuilder(loader, CHAMPION)
        .from(registry)
        .actor("service")
        .every(Duration.ofDays(1));
  }

  float ask(Deployment deployment, float x) {
    try (FeatureBatch batch = FeatureBatch.builder(loader.allocator()).floats("x", x).build();
        Prediction answer = deployment.predict(batch)) {
      assertThat(answer.servedBy()).isSameAs(deployment.servedBy());
      return answer.floats("y")[0];
    }
  }

  /** Everything was given back. */
  @Override
  public void close() {
    registry.close();
    assertThat(loader.closeAndReport()).isEmpty();
  }

  /** A registry in which the answers of a method for an alias are changed. */
  ModelRegistry registryThat(String called, String alias, UnaryOperator<Object> change) {
    return (ModelRegistry)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ModelRegistry.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(registry, arguments);
                return method.getName().equals(called) && arguments[0].equals(alias)
                    ? change.apply(answer)
                    : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** What ends a process between two writes. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Does work with a registry in a process that ends after an assignment of an alias. */
  void killedAfterAssigning(String alias, Consumer<ModelRegistry> work) {
    ModelRegistry ends =
        registryThat(
            "assign",
            alias,
            answer -> {
              throw new Killed();
            });
    assertThatThrownBy(() -> work.accept(ends)).isInstanceOf(Killed.class);
  }
}
