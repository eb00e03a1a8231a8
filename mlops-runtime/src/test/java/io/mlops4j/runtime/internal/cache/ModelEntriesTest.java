package io.mlops4j.runtime.internal.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCache.Verify;
import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries of any bytes: no engine looks at them here. */
class ModelEntriesTest {
  private static final EntryKey KEY = new EntryKey(List.of("model a", "engine b"));
  private static final String WHOLE = "weights";
  private static final String EDITED = "weighty";

  @TempDir Path temporary;

  private ModelEntries entries(Verify verify) {
    return ModelEntries.open(ModelCache.in(temporary.resolve("cache")).withVerify(verify))
        .orElseThrow();
  }

  /** Publishes an entry; its weights. */
  private static Path publish(ModelEntries entries) throws IOException {
    Path staged = entries.stage(1).orElseThrow();
    PrivateFolder.write(staged.resolve(ModelEntry.GRAPH), "graph".getBytes(UTF_8));
    PrivateFolder.write(staged.resolve(ModelEntry.WEIGHTS), WHOLE.getBytes(UTF_8));
    entries.publish(entries.seal(staged, KEY), KEY);
    Path published = entries.find(KEY).orElseThrow().folder();
    return published.resolve(ModelEntry.WEIGHTS);
  }

  @Test
  void theStampOfNewWeightsIsNotedWhenAFurtherChangeWouldShow() throws IOException {
    ModelEntries entries = entries(Verify.WHEN_CHANGED);
    Path weights = publish(entries);
    assertThat(noted(weights)).hasValue(Stamp.of(weights));
    assertThat(Stamp.of(weights).settled(Instant.now())).isTrue();
    Files.writeString(weights, EDITED);
    assertThat(entries.find(KEY)).isEmpty();
  }

  /** The stamp is new, so the weights are digested again; another change may follow at once. */
  @Test
  void theStampOfWeightsThatHaveJustChangedIsNotNoted() throws IOException {
    ModelEntries entries = entries(Verify.WHEN_CHANGED);
    Path weights = publish(entries);
    boolean noted;
    do { // a try that takes long tells nothing
      Files.writeString(weights, WHOLE);
      assertThat(entries.find(KEY)).isPresent();
      noted = noted(weights).equals(Optional.of(Stamp.of(weights)));
    } while (Stamp.of(weights).settled(Instant.now()));
    assertThat(noted).isFalse();
    while (!noted(weights).equals(Optional.of(Stamp.of(weights)))) {
      assertThat(entries.find(KEY)).isPresent();
    }
    Files.writeString(weights, EDITED);
    assertThat(entries.find(KEY)).isEmpty();
  }

  @Test
  void aChangeWhileAnEngineOpensTheEntryIsSeenAfterwards() throws IOException {
    ModelEntries entries = entries(Verify.WHEN_CHANGED);
    Path weights = publish(entries);
    ModelEntry found = entries.find(KEY).orElseThrow();
    entries.recheck(found);
    Files.writeString(weights, EDITED);
    assertThatThrownBy(() -> entries.recheck(found)).isInstanceOf(RefusedException.class);
  }

  /**
   * Nobody can set a file's time of change. So it is the note of the stamp that is forged: this is
   * how a change would look that left no trace in the stamp.
   */
  @Test
  void onlyAlwaysVerifyingFindsAChangeThatKeepsTheStamp() throws IOException {
    ModelEntries trusting = entries(Verify.WHEN_CHANGED);
    Path weights = publish(trusting);
    FileTime modified = Files.getLastModifiedTime(weights);
    Files.writeString(weights, EDITED);
    Files.setLastModifiedTime(weights, modified);
    assertThat(noted(weights)).isPresent().get().isNotEqualTo(Stamp.of(weights));
    note(weights, Stamp.of(weights));
    assertThat(trusting.find(KEY)).isPresent();
    assertThat(entries(Verify.ALWAYS).find(KEY)).isEmpty();
    assertThat(weights).as("removed with its entry").doesNotExist();
  }

  private static Path manifest(Path weights) {
    return weights.resolveSibling(ModelEntry.MANIFEST);
  }

  private EntryManifest read(Path weights) throws IOException {
    PrivateFolder folder = PrivateFolder.open(temporary.resolve("cache"));
    return EntryManifest.read(folder, manifest(weights), KEY, Seal.CHECKSUM);
  }

  private Optional<Stamp> noted(Path weights) throws IOException {
    return Optional.ofNullable(read(weights).stamp());
  }

  private void note(Path weights, Stamp stamp) throws IOException {
    Files.write(manifest(weights), read(weights).stamped(stamp).write(Seal.CHECKSUM));
  }
}
