package io.mlops4j.runtime.serving.loading;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

class VersionLeasesTest {
  private static final Change ANA = Change.by("ana");

  @TempDir private Path folder;
  private final VersionLeases leases = new VersionLeases(() -> 0);
  private ModelRegistry registry;
  private RegisteredVersion version;

  @BeforeEach
  void publish() {
    Retention none = Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO);
    registry = FileModelRegistry.open(folder, RegistryOptions.builder().retention(none).build());
    ModelVersion published =
        registry.publish(
            ModelCard.builder("mlp").build(),
            Path.of("src/test/resources/io/mlops4j/runtime/models/mlp4.onnx"));
    version = RegisteredVersion.of(registry, published, null, "a test");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void theLastIdentityEndsTheLease() {
    VersionLeases.SharedLease first = leases.take(version);
    VersionLeases.SharedLease second = first.share();
    first.release();
    assertThat(registry.collectable().deleted()).isEmpty();
    assertThat(deletion()).contains("leased by a test in process");
    second.release();
    assertThat(deletion()).isEmpty();
    assertThat(leases.failures()).isZero();
  }

  private String deletion() {
    try {
      registry.delete(version.version(), ANA);
      return "";
    } catch (RuntimeException e) {
      return e.getMessage();
    }
  }

  @Test
  void whatCannotBeLeasedIsCountedAndNotThrown() {
    registry.delete(version.version(), ANA);
    leases.take(version).release();
    registry.close();
    leases.take(version).release();
    assertThat(leases.failures()).isEqualTo(2);
  }

  @Test
  void aLeaseThatCannotBeRecordedIsOneLineOfTheLog() {
    List<String> warnings = new ArrayList<>();
    Logger log =
        (Logger)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Logger.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("warn")) {
                    FormattingTuple line =
                        MessageFormatter.arrayFormat(
                            (String) arguments[0], (Object[]) arguments[1]);
                    warnings.add(line.getMessage());
                    assertThat(line.getThrowable()).as("a stack trace").isNull();
                  }
                  return null;
                });
    VersionLeases leased = new VersionLeases(() -> 0, () -> log);
    registry.delete(version.version(), ANA);
    leased.take(version).release();
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(version.version() + ": the registry cannot record a lease (1 failures so far)")
        .endsWith("protect it from deletion: " + reason())
        .doesNotContain("\n");
  }

  private String reason() {
    try {
      throw new AssertionError(registry.lease(version.version(), "a test"));
    } catch (RegistryException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
