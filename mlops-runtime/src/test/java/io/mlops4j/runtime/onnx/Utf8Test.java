package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compares with the JDK's own coder. */
class Utf8Test {
  private static final long SEED = 20261128;
  private static final int MOST = 64;

  private final DirectMemory memory = new DirectMemory();
  private final long address = memory.allocate(MOST, 64);

  @AfterEach
  void free() {
    memory.free(address);
  }

  @Test
  void everyCharacterIsWrittenAsTheJdkWritesIt() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String text = Character.toString(c);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        assertThat(Utf8.length(text)).isEqualTo(-1);
      } else if (!text.equals(written(text))) {
        assertThat(written(text)).as("U+%x", c).isEqualTo(text);
      }
    }
    for (String text :
        new String[] {"", "a\0b", "\u00e9\uD83D\uDE00x", "\uD83D\uDE00\uD83D\uDE00"}) {
      assertThat(written(text)).isEqualTo(text);
    }
    for (String half : new String[] {"\uD83Dx", "x\uDE00", "\uD83D\uD83D\uDE00", "\uDE00\uD83D"}) {
      assertThat(Utf8.length(half)).as(half).isEqualTo(-1);
    }
  }

  private String written(String text) {
    long end = Utf8.put(text, address);
    byte[] utf8 = new byte[(int) (end - address)];
    Native.copy(address, utf8, 0, utf8.length);
    assertThat(utf8.length).isEqualTo(Utf8.length(text));
    return new String(utf8, StandardCharsets.UTF_8);
  }

  @Test
  void bytesAreValidIfTheJdkDecodesThem() {
    Random random = new Random(SEED);
    int valid = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[random.nextInt(5)];
      for (int i = 0; i < bytes.length; i++) {
        // first bytes and later bytes at the bounds of what is allowed
        bytes[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt(256) : edge(random));
      }
      Native.copy(bytes, 0, address, bytes.length);
      boolean expected = isDecoded(bytes);
      valid += expected ? 1 : 0;
      if (Utf8.isValid(address, bytes.length) != expected) {
        assertThat(bytes).as("seed %d, valid: %s", SEED, expected).isNull();
      }
    }
    assertThat(valid).isGreaterThan(10_000);
  }

  private static int edge(Random random) {
    int[] edges = {
      0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5
    };
    return edges[random.nextInt(edges.length)];
  }

  private static boolean isDecoded(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Test
  void asciiIsFoundInEveryPosition() {
    for (int length = 0; length < 20; length++) {
      Native.fill(address, MOST, (byte) 0x80);
      Native.fill(address, length, (byte) 0x7f);
      assertThat(Utf8.isAscii(address, length)).isTrue();
      assertThat(Utf8.isAscii(address, length + 1)).isFalse();
      for (int i = 0; i < length; i++) {
        Native.putByte(address + i, (byte) -1);
        assertThat(Utf8.isAscii(address, length)).isFalse();
        Native.putByte(address + i, (byte) 0x7f);
      }
    }
  }
}
