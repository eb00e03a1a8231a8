package io.mlops4j.runtime.compatibility;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An open registry on an empty store, with a clock that the tests move. */
abstract class RegistrySuite {
  static final Change ANA = Change.by("ana").because("why not");
  static final Change BOB = Change.by("bob");
  static final String CHAMPION = "fraud@champion";

  /** Absolute: a jar has no entry for a name with ".." in it. */
  private static final String MODELS = "/io/mlops4j/runtime/models/";

  @TempDir Path temp;
  final RegistryUnderTest tested = registry();
  final RegistryClock clock = new RegistryClock();
  private final List<ModelRegistry> opened = new ArrayList<>();
  ModelRegistry registry;

  /** A new store. */
  protected abstract RegistryUnderTest registry();

  @BeforeEach
  void openRegistry() {
    registry = open(Retention.withDefaults());
  }

  @AfterEach
  void closeRegistries() {
    opened.forEach(ModelRegistry::close);
  }

  /** Another registry on the same store. */
  ModelRegistry open(Retention retention) {
    return open("store", options().toBuilder().retention(retention).build());
  }

  RegistryOptions options() {
    return RegistryOptions.builder().clock(clock).every(Duration.ofMillis(5)).build();
  }

  /** A registry on a store of some name. */
  ModelRegistry open(String store, RegistryOptions options) {
    ModelRegistry next = tested.open(temp.resolve(store), options);
    opened.add(next);
    return next;
  }

  Path model(String name) throws IOException {
    try (InputStream in = RegistrySuite.class.getResourceAsStream(MODELS + name)) {
      return Files.write(temp.resolve(name), Objects.requireNonNull(in).readAllBytes());
    }
  }

  static ModelCard card(String model, int id) {
    return ModelCard.builder(model).parameter("id", Integer.toString(id)).build();
  }

  /** Publishes the same model with another card, so that it is another version. */
  ModelVersion publish(int id) throws IOException {
    return registry.publish(card("fraud", id), model("mlp4.onnx"));
  }

  List<ModelVersion> publish(int from, int to) throws IOException {
    List<ModelVersion> versions = new ArrayList<>();
    for (int id = from; id <= to; id++) {
      versions.add(publish(id));
    }
    return versions;
  }
}
