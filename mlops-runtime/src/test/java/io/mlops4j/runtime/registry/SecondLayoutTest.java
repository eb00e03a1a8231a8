package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.runtime.trust.TrustedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry that a library wrote which let clocks go back, and knew neither of removed aliases nor
 * of retired models, opens, verifies and goes on; in its folder and as a copy in a database.
 */
class SecondLayoutTest {
  private static final Instant START = Instant.parse("2001-05-03T12:00:00Z");
  private static final String CHAMPION = "delay@champion";

  @TempDir Path temp;
  private Path root;
  private RegistryHead kept;

  private static Path resource(String name) throws Exception {
    return Path.of(Objects.requireNonNull(SecondLayoutTest.class.getResource(name)).toURI());
  }

  @BeforeEach
  void copyFixture() throws Exception {
    root = temp.resolve("registry");
    Path fixture = resource("layout-2");
    try (Stream<Path> paths = Files.walk(fixture)) {
      for (Path path : paths.toList()) {
        Files.copy(path, root.resolve(fixture.relativize(path).toString()));
      }
    }
    kept = RegistryHead.parse(Files.readString(resource("layout-2-head.txt")));
  }

  private static Instant day(int days) {
    return START.plus(Duration.ofDays(days));
  }

  private static RegistryOptions options() {
    return RegistryOptions.builder().clock(Clock.fixed(day(301), ZoneOffset.UTC)).build();
  }

  private ModelRegistry open() {
    return FileModelRegistry.open(root, options());
  }

  @Test
  void whatAnAliasNamedIsUnknownBetweenTheNeighboursOfARecordWhoseClockWasBehind() {
    try (ModelRegistry registry = open()) {
      assertThat(registry.at(CHAMPION, day(-50))).isEmpty();
      assertThat(number(registry, 5)).contains(1L);
      for (int unknown : new int[] {10, 19}) {
        assertThatThrownBy(() -> number(registry, unknown))
            .isInstanceOf(RegistryException.class)
            .hasMessageContaining("record 3 by slow, whose clock was behind at " + day(-90))
            .hasMessageContaining("between %s and %s".formatted(day(10), day(20)));
      }
      assertThat(number(registry, 20)).contains(4L);
      assertThat(registry.history(CHAMPION).get(2).at()).as("as it lies there").isEqualTo(day(-90));
    }
  }

  private static Optional<Long> number(ModelRegistry registry, int day) {
    return registry.at(CHAMPION, day(day)).map(AliasRecord::number);
  }

  @Test
  void everythingIsIntactAndItsHeadHolds() throws Exception {
    try (ModelRegistry registry = open()) {
      check(registry);
      assertThat(registry.head()).isEqualTo(kept);
    }
    TrustPolicy trust = TrustPolicy.signedBy(TrustedKey.read(resource("layout-2-key.pem")));
    try (ModelRegistry registry =
        FileModelRegistry.open(root, options().toBuilder().trusting(trust).build())) {
      assertThat(registry.history("delay@signed")).hasSize(2);
    }
  }

  /** By the manifests, sha256sum and the fixture's own program. */
  private void check(ModelRegistry registry) {
    Verification found = registry.verify(kept);
    assertThat(found.breaks()).isEmpty();
    assertThat(found.versions()).isEqualTo(5);
    assertThat(found.records()).isEqualTo(12);
    assertThat(found.jumps())
        .extracting(jump -> jump.chain() + " " + jump.number() + " " + jump.by().toDays())
        .containsExactly("alias delay@champion 3 -100");
    assertThat(registry.aliases("delay")).containsExactly("champion", "old", "signed");
    assertThat(registry.versions("delay"))
        .extracting(ModelVersion::number)
        .containsExactly(1, 2, 4);
    ModelVersion five = registry.resolve("delay:5");
    assertThat(registry.status(five).state()).isEqualTo(VersionState.REMOVED);
    assertThat(registry.signatures(registry.resolve("delay:1"))).hasSize(1);
  }

  @Test
  void itGoesOn() throws Exception {
    try (ModelRegistry registry = open()) {
      goOn(registry);
    }
    assertThat(Files.readString(root.resolve("layout.json"))).contains("\"layout\" : 3");
  }

  private void goOn(ModelRegistry registry) throws Exception {
    ModelVersion one = registry.resolve("delay:1");
    assertThat(registry.publish(registry.card(one), Models.mlp4(temp))).isEqualTo(one);
    ModelVersion six = registry.publish(Models.card("delay"), Models.mlp4(temp));
    assertThat(six.number()).isEqualTo(6);
    AliasRecord next = registry.assign(CHAMPION, six, Change.by("ana"));
    assertThat(next.number()).isEqualTo(5);
    assertThat(next.at()).isEqualTo(day(301));
    assertThat(registry.restore(registry.resolve("delay:3"), Change.by("bob")).number())
        .isEqualTo(5);
    for (String alias : registry.aliases("delay")) {
      registry.unassign("delay@" + alias, Change.by("ana"));
    }
    registry.retire("delay", Change.by("ana"));
    assertThat(registry.verify(kept).breaks()).isEmpty();
  }

  @Test
  void itsCopyInADatabaseIsTheSameAndGoesOn() throws Exception {
    DatabaseUnderTest database = DatabaseUnderTest.h2();
    Path store = temp.resolve("store");
    try (ModelRegistry registry = open();
        ModelRegistry copy = database.open(store, options())) {
      RegistryCopy.of(registry, copy).run();
      assertThat(copy.head()).isEqualTo(kept);
      check(copy);
      assertThat(number(copy, 5)).contains(1L);
      goOn(copy);
    }
    assertThat(database.text("SELECT layout FROM $layout")).isEqualTo("2");
    database.checkAndClose();
  }
}
