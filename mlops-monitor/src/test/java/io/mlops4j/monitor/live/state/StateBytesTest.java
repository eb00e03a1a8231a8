package io.mlops4j.monitor.live.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Values that are written and read again, and bytes that are no state. */
class StateBytesTest {
  private static final BinaryFrame FRAME =
      new BinaryFrame("test state", 0x54455354, 1, 3, "a test", "run it again");
  private static final Digest DIGEST = Digest.sha256(new byte[] {1});
  private static final ModelVersion VERSION = new ModelVersion("m", 2, DIGEST);
  private static final ServedBy ALIASED =
      ServedBy.of(
          "m",
          DIGEST,
          VERSION,
          new AliasRecord(
              "m",
              "champion",
              3,
              null,
              VERSION,
              new Change("maria", "better"),
              Instant.EPOCH,
              Instant.EPOCH.plusNanos(5),
              DIGEST),
          "engine 1");
  private static final ServedBy FILE = ServedBy.of("f", DIGEST, null, null, "engine 1");

  private static final ServedBy INSTEAD =
      ALIASED.asFallback(new ServedBy.Fallback(ServedBy.Reason.CIRCUIT_OPEN, VERSION));

  /** One of its members is known, the other has members of its own. */
  private static final ServedBy COMPOSED =
      ServedBy.of("c", DIGEST, null, null, "composition")
          .withMembers(
              List.of(
                  FILE,
                  ServedBy.of("d", DIGEST, null, null, "composition")
                      .withMembers(List.of(ALIASED))));

  private static byte[] written() {
    return new StateWriter(FRAME)
        .put(true)
        .put((byte) 7)
        .put(-5)
        .put(Long.MIN_VALUE)
        .put(-0.0)
        .put("Zürich 🛫")
        .put("\ud800")
        .put(Instant.MIN)
        .put(TimeUnit.DAYS)
        .put(ALIASED)
        .put(FILE)
        .put(ALIASED)
        .put(COMPOSED)
        .put(COMPOSED)
        .put(INSTEAD)
        .put(new double[] {Double.NaN, 1})
        .put(new long[] {1, 2})
        .put(new byte[] {9})
        .optional((String) null, StateWriter::put)
        .each(List.of("a", ""), StateWriter::put)
        .toBytes();
  }

  private static List<Object> read(StateReader in) {
    return Arrays.asList(
        in.flag(),
        in.int8(),
        in.int32(),
        in.int64(),
        in.number(),
        in.text(),
        in.text(),
        in.time(),
        in.constant(TimeUnit.class),
        in.servedBy(),
        in.servedBy(),
        in.servedBy(),
        in.servedBy(),
        in.servedBy(),
        in.servedBy(),
        in.numbers(),
        in.counts(),
        in.bytes(),
        in.optional(StateReader::text),
        in.each(StateReader::text));
  }

  @Test
  void everyValueIsReadAsItWasWritten() {
    Object[] expected = {
      true,
      (byte) 7,
      -5,
      Long.MIN_VALUE,
      -0.0,
      "Zürich 🛫",
      "\ud800",
      Instant.MIN,
      TimeUnit.DAYS,
      ALIASED,
      FILE,
      ALIASED,
      COMPOSED,
      COMPOSED,
      INSTEAD,
      new double[] {Double.NaN, 1},
      new long[] {1, 2},
      new byte[] {9},
      null,
      List.of("a", "")
    };
    assertArrayEquals(expected, StateReader.read(FRAME, written(), StateBytesTest::read).toArray());
    assertThat(written()).isEqualTo(written());
  }

  @Test
  void everyShorterOrChangedFormIsRefused() {
    byte[] bytes = written();
    for (int i = 0; i < bytes.length; i++) {
      assertRefused(Arrays.copyOf(bytes, i), "length " + i);
      byte[] changed = bytes.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertRefused(changed, "byte " + i);
    }
    assertRefused(Arrays.copyOf(bytes, bytes.length + 1), "a byte more");
  }

  private static void assertRefused(byte[] bytes, String what) {
    assertThatThrownBy(() -> StateReader.read(FRAME, bytes, StateBytesTest::read))
        .as(what)
        .isInstanceOf(DataException.class);
  }

  /** The checksum of hostile bytes is right. */
  @Test
  void hostileContentIsReadOrRefusedWithoutMuchMemory() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] whole = written();
    byte[] content =
        Arrays.copyOfRange(whole, BinaryFrame.HEADER, whole.length - BinaryFrame.TRAILER);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] hostile = content.clone();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
      }
      try {
        StateReader.read(FRAME, FRAME.around(hostile), StateBytesTest::read);
      } catch (DataException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + i, e);
      }
    }
    assertThat(refused).as("seed %d", seed).isPositive();
  }

  @Test
  void aNewerVersionIsRefusedAsSuch() {
    byte[] newer = new StateWriter(new BinaryFrame("test state", 0x54455354, 1, 4)).toBytes();
    assertThatThrownBy(() -> StateReader.read(FRAME, newer, StateBytesTest::read))
        .hasMessage(
            "found a test state of version 4, expected 1 to 3; read it with the mlops4j that wrote"
                + " it");
  }
}
