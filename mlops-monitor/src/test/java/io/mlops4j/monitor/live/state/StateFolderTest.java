package io.mlops4j.monitor.live.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A folder whose state is a list of words. Words of labels start with their number; the others are
 * records of the monitor's thread.
 */
class StateFolderTest {
  @TempDir Path temp;

  /** What a process finds. */
  private record Found(List<String> words, List<String> problems, long tornBytes) {}

  /** A process that adds words. */
  private static final class Words implements AutoCloseable {
    final List<String> state = new ArrayList<>();
    final Found found;
    final StateFolder folder;
    private long applied;

    Words(Path path) {
      this(path, Output::make);
    }

    Words(Path path, Output.Maker files) {
      StoredState stored = StoredState.open(path, files);
      try {
        List<String> restored = stored.restore(Words::words);
        state.addAll(restored == null ? List.of() : restored);
        applied = stored.applied();
        stored.replay(this::replay);
        found = new Found(List.copyOf(state), stored.problems(), stored.tornBytes());
        folder = stored.begin(applied);
      } catch (RuntimeException e) {
        stored.close();
        throw e;
      }
    }

    private void replay(byte[] record, boolean covered) {
      String word = words(record, StateFolder.RECORD).get(0);
      if (!Character.isDigit(word.charAt(0))) {
        if (!covered) {
          state.add(word);
        }
      } else if (Long.parseLong(word) == applied) {
        state.add(word);
        applied++;
      } else {
        assertThat(Long.parseLong(word)).isLessThan(applied); // no label is lost
      }
    }

    static List<String> words(byte[] bytes) {
      return words(bytes, StoredState.SNAPSHOT);
    }

    static List<String> words(byte[] bytes, BinaryFrame frame) {
      return StateReader.read(frame, bytes, in -> in.each(StateReader::text));
    }

    static byte[] bytes(List<String> words, BinaryFrame frame) {
      return new StateWriter(frame).each(words, StateWriter::put).toBytes();
    }

    static byte[] record(String word) {
      return bytes(List.of(word), StateFolder.RECORD);
    }

    /** Appends a label that is not applied yet. */
    String label() throws IOException {
      String word = Long.toString(folder.labels());
      folder.append(1, record(word));
      return word;
    }

    void apply(String label) {
      state.add(label);
      applied++;
    }

    void word(String word) throws IOException {
      folder.append(0, record(word));
      state.add(word);
    }

    void snapshot() throws IOException {
      folder.begin(applied, () -> bytes(state, StoredState.SNAPSHOT)).write();
    }

    @Override
    public void close() {
      folder.close();
    }
  }

  private Path path() {
    return temp.resolve("state");
  }

  private Found read() {
    try (Words words = new Words(path())) {
      return words.found;
    }
  }

  private List<Path> files(String kind) throws IOException {
    try (Stream<Path> files = Files.list(path())) {
      return files.filter(file -> file.getFileName().toString().startsWith(kind)).sorted().toList();
    }
  }

  @Test
  void wordsAreThereWithoutASnapshotAndAfterOne() throws IOException {
    try (Words words = new Words(path())) {
      assertThat(words.found).isEqualTo(new Found(List.of(), List.of(), 0));
      words.word("a");
      words.apply(words.label());
    }
    assertThat(read().words()).containsExactly("a", "0");
    try (Words words = new Words(path())) {
      words.snapshot();
      words.word("b");
    }
    try (Words words = new Words(path())) {
      words.word("c");
    }
    assertThat(read()).isEqualTo(new Found(List.of("a", "0", "b", "c"), List.of(), 0));
  }

  @Test
  void labelsThatWaitWhileASnapshotIsTakenAreThere() throws IOException {
    try (Words words = new Words(path())) {
      String first = words.label();
      String waiting = words.label();
      words.apply(first);
      words.word("a");
      words.snapshot();
      words.word("b");
      words.snapshot(); // the file with the waiting label must stay
      words.snapshot();
      assertThat(words.state).containsExactly("0", "a", "b");
      assertThat(waiting).isEqualTo("1");
    }
    assertThat(read().words()).containsExactly("0", "a", "b", "1");
  }

  @Test
  void theFolderHasTwoSnapshotsAndTheJournalOfBoth() throws IOException {
    try (Words words = new Words(path())) {
      for (int i = 0; i < 20; i++) {
        words.word("w" + i);
        words.apply(words.label());
        words.snapshot();
      }
      assertThat(files("snapshot")).hasSize(2);
      assertThat(files("journal")).hasSize(2);
      words.snapshot(); // also without a record in between
      words.snapshot();
      assertThat(files("snapshot")).hasSize(2);
      assertThat(files("journal")).hasSize(2);
    }
  }

  @Test
  void aTornTailIsCutAtEveryByteOfTheLastRecord() throws IOException {
    byte[] last;
    try (Words words = new Words(path())) {
      words.snapshot();
      words.word("first");
      words.word("a longer last word");
      last = Words.record("a longer last word");
    }
    Path journal = files("journal").get(files("journal").size() - 1);
    byte[] whole = Files.readAllBytes(journal);
    for (int missing = 0; missing <= last.length; missing++) {
      Files.write(journal, Arrays.copyOf(whole, whole.length - missing));
      long torn = missing == 0 ? 0 : last.length - missing;
      assertThat(read())
          .as("%d bytes missing", missing)
          .isEqualTo(
              new Found(
                  missing == 0 ? List.of("first", "a longer last word") : List.of("first"),
                  List.of(),
                  torn));
    }
    try (Words words = new Words(path())) {
      words.word("next");
    }
    assertThat(read().words()).containsExactly("first", "next");
  }

  @Test
  void everyChangedByteOfTheJournalCostsOneRecordAndIsReported() throws IOException {
    try (Words words = new Words(path())) {
      words.snapshot();
      words.word("first");
      words.word("second");
      words.word("third");
    }
    Path journal = files("journal").get(files("journal").size() - 1);
    byte[] whole = Files.readAllBytes(journal);
    List<String> all = List.of("first", "second", "third");
    int last = whole.length - Words.record("third").length;
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      Files.write(journal, changed);
      Found found = read();
      assertThat(found.words()).as("byte %d", i).hasSize(2).isSubsetOf(all);
      boolean looksCutOff =
          ByteBuffer.wrap(changed).getInt(last + 6) > ByteBuffer.wrap(whole).getInt(last + 6);
      assertThat(found.problems()).as("byte %d", i).hasSize(looksCutOff ? 0 : 1);
      assertThat(found.tornBytes() > 0).as("byte %d", i).isEqualTo(looksCutOff);
    }
  }

  @Test
  void aDamagedSnapshotIsReplacedByTheOneBeforeAndTheLongerJournal() throws IOException {
    try (Words words = new Words(path())) {
      words.word("a");
      words.snapshot();
      words.apply(words.label());
      words.word("b");
      words.label(); // waits during the next snapshot
      words.snapshot();
      words.word("c");
    }
    List<String> all = List.of("a", "0", "b", "1", "c");
    assertThat(read().words()).containsExactlyInAnyOrderElementsOf(all);
    Path newest = files("snapshot").get(1);
    byte[] whole = Files.readAllBytes(newest);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      byte[] damaged = damaged(whole, random);
      Files.write(newest, damaged);
      Found found = read();
      assertThat(found.words()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(all);
      assertThat(found.problems())
          .as("seed %d", seed)
          .singleElement()
          .asString()
          .contains(newest.getFileName().toString());
    }
    Files.write(newest, new byte[0]);
    Files.write(files("snapshot").get(0), new byte[] {1});
    assertThatThrownBy(this::read)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no snapshot that can be read")
        .hasMessageContaining("use another folder");
  }

  private static byte[] damaged(byte[] whole, Random random) {
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(whole, random.nextInt(whole.length));
    }
    byte[] damaged = whole.clone();
    damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
    return damaged;
  }

  @Test
  void aSnapshotThatWasNotFinishedIsRemoved() throws IOException {
    try (Words words = new Words(path())) {
      words.word("a");
      words.snapshot();
    }
    Path left = path().resolve("snapshot-0000000009.new");
    Files.write(left, new byte[] {1});
    assertThat(read().words()).containsExactly("a");
    assertThat(left).doesNotExist();
  }

  @Test
  void aFullDiskIsAnErrorAndLaterWordsAreThere() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    try (Words words = new Words(path(), disk)) {
      words.word("a");
      words.snapshot();
      words.word("b");
      for (int room = 0; room < 35; room++) {
        disk.room(room); // some bytes of the record still fit
        assertThatThrownBy(() -> words.word("not acknowledged")).hasMessageContaining("No space");
        assertThatThrownBy(words::snapshot).hasMessageContaining("No space");
      }
      disk.free();
      words.word("c");
      assertThat(files("journal").size()).isLessThan(5);
    }
    assertThat(read()).isEqualTo(new Found(List.of("a", "b", "c"), List.of(), 0));
  }

  @Test
  void aDiskThatCannotCutOffATornRecordGetsAnotherFile() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    try (Words words = new Words(path(), disk)) {
      words.word("a");
      disk.room(5);
      disk.cannotCut();
      assertThatThrownBy(() -> words.word("not acknowledged")).hasMessageContaining("No space");
      disk.free();
      words.word("b");
    }
    assertThat(read()).isEqualTo(new Found(List.of("a", "b"), List.of(), 5));
  }

  @Test
  void labelsThatCannotBeCutOffShareNoNumbersWithLaterOnes() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    try (Words words = new Words(path(), disk)) {
      byte[] first = Words.record("0");
      byte[] second = Words.record("1, which is longer");
      disk.room(first.length);
      disk.cannotCut();
      assertThatThrownBy(() -> words.folder.append(2, first, second))
          .hasMessageContaining("No space");
      disk.free();
      assertThat(words.label()).isEqualTo("2"); // a replay finds the first one, too
    }
  }

  @Test
  void aFolderThatVanishedIsMadeAgain() throws IOException {
    try (Words words = new Words(path())) {
      words.word("a");
      words.snapshot();
      for (Path file : Stream.concat(files("").stream(), Stream.of(path())).toList()) {
        Files.delete(file);
      }
      assertThat(words.folder.isThere()).isFalse();
      words.folder.remake();
      words.snapshot();
      words.word("b");
      assertThat(words.folder.isThere()).isTrue();
      assertThatThrownBy(this::read).hasMessageContaining("expected none");
    }
    assertThat(read()).isEqualTo(new Found(List.of("a", "b"), List.of(), 0));
  }

  @Test
  void anInterruptedThreadAppends() throws IOException {
    try (Words words = new Words(path())) {
      Thread.currentThread().interrupt();
      words.word("a");
      words.snapshot();
      words.word("b");
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(read().words()).containsExactly("a", "b");
  }

  @Test
  void aFileInsteadOfAFolderIsRefused() throws IOException {
    Files.write(path(), "a file".getBytes(UTF_8));
    assertThatThrownBy(this::read)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(path().toString())
        .hasMessageContaining("use a folder that this process can write");
  }

  @Test
  void randomCrashesLoseNoAcknowledgedWord() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> acknowledged = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (int round = 0; round < 60; round++) {
      try (Words words = new Words(path())) {
        waiting.clear(); // a label that waited when the process ended was replayed
        assertThat(words.found.words())
            .as("seed %d, round %d", seed, round)
            .containsExactlyInAnyOrderElementsOf(acknowledged);
        for (int step = random.nextInt(15); step >= 0; step--) {
          switch (random.nextInt(4)) {
            case 0 -> words.snapshot();
            case 1 -> {
              words.word("w" + acknowledged.size());
              acknowledged.add("w" + acknowledged.size());
            }
            case 2 -> {
              waiting.add(words.label());
              acknowledged.add(waiting.get(waiting.size() - 1));
            }
            default -> {
              if (!waiting.isEmpty()) {
                words.apply(waiting.remove(0));
              }
            }
          }
        }
      }
      tear(random);
    }
  }

  /** Appends a part of a record, as a killed process may leave it. */
  private void tear(Random random) throws IOException {
    List<Path> journal = files("journal");
    if (!journal.isEmpty() && random.nextBoolean()) {
      byte[] record = Words.record("torn");
      Path last = journal.get(journal.size() - 1);
      byte[] whole = Files.readAllBytes(last);
      byte[] torn = Arrays.copyOf(whole, whole.length + random.nextInt(record.length));
      System.arraycopy(record, 0, torn, whole.length, torn.length - whole.length);
      Files.write(last, torn);
    }
  }
}
