package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderRegistryRetentionTest {
  @TempDir Path home;

  @Test
  void theLayoutIsRaisedByTheFirstDeletionAndNotBefore() throws IOException {
    for (boolean links : new boolean[] {true, false}) {
      Path root = home.resolve("links-" + links);
      Clock clock = Clock.systemUTC();
      try (ModelRegistry registry = FileModelRegistry.open(root, clock, links)) {
        ModelVersion one = registry.publish(Models.card("fraud"), Models.mlp4(home));
        registry.deprecate(one, Change.by("ana"));
        assertThat(layout(root)).isEqualTo(1);
        registry.delete(one, Change.by("ana"));
        assertThat(layout(root)).isEqualTo(2);
      }
      try (ModelRegistry again = FileModelRegistry.open(root, clock, links)) {
        assertThat(again.versions("fraud")).isEmpty();
      }
    }
  }

  @Test
  void aLaterDeletionNeverLowersTheLayoutOfARegistryWithRemovals() throws IOException {
    for (boolean links : new boolean[] {true, false}) {
      Path root = home.resolve("removals-" + links);
      Clock clock = Clock.systemUTC();
      // Opened before the other raises the layout.
      try (ModelRegistry early = FileModelRegistry.open(root, clock, links);
          ModelRegistry registry = FileModelRegistry.open(root, clock, links)) {
        ModelVersion one = registry.publish(Models.card("fraud"), Models.mlp4(home));
        ModelVersion two = registry.publish(Models.fullCard("fraud"), Models.mlp4(home));
        ModelVersion other = registry.publish(Models.card("other"), Models.mlp4(home));
        registry.assign("fraud@champion", one, Change.by("ana"));
        assertThat(layout(root)).isEqualTo(1);
        registry.unassign("fraud@champion", Change.by("ana"));
        assertThat(layout(root)).isEqualTo(3);
        registry.delete(two, Change.by("ana"));
        assertThat(layout(root)).isEqualTo(3);
        early.delete(other, Change.by("bob"));
        early.collect(Change.by("bob"));
        assertThat(layout(root)).isEqualTo(3);
      }
    }
  }

  private static int layout(Path root) throws IOException {
    return Json.parse(Disk.read(root.resolve("layout.json"))).get("layout").intValue();
  }

  @Test
  void whatAKilledCollectionLeftIsRemovedByTheNext() throws IOException {
    RegistryOptions now =
        RegistryOptions.builder()
            .retention(Retention.withDefaults().withGrace(Duration.ZERO))
            .build();
    try (ModelRegistry registry = FileModelRegistry.open(home.resolve("killed"), now)) {
      ModelVersion one = registry.publish(Models.card("fraud"), Models.mlp4(home));
      registry.delete(one, Change.by("ana"));
      assertThat(registry.collect(Change.by("ana")).removed()).containsExactly(one);
      Path files = home.resolve("killed/models/fraud/versions/000001/files");
      assertThat(files).doesNotExist();
      Models.mlp4(files);
      assertThat(registry.verify().isIntact()).isTrue();
      registry.collect(Change.by("bob"));
      assertThat(files).doesNotExist();
      assertThat(registry.changes("fraud")).hasSize(2);
    }
  }
}
