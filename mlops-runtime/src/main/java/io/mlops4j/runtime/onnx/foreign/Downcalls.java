package io.mlops4j.runtime.onnx.foreign;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * Calls C functions by address. Needs Java 22.
 *
 * <p>Code for Java 17 could reach its types by reflection, for which the JVM generates sixteen more
 * classes. Thus a class is compiled against types of other names, and its copy has the right ones.
 *
 * <p>Every function is called with 64-bit integers: addresses, sizes, and numbers of 32 bits, whose
 * upper half the callee ignores. Arguments that a function does not have are 0. In the calling
 * conventions of all supported platforms (System V, Windows x64, AArch64) the caller removes its
 * arguments, so a superfluous one has no effect. Thus one shape of calls is enough. The JVM
 * generates code for each shape, and a second one, for fewer arguments, made no call faster.
 */
final class Downcalls {
  static final Functions FUNCTIONS = functions();

  private Downcalls() {}

  /** Calls a function with up to four arguments. Its result is undefined if it returns void. */
  static long call(long function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0, 0, 0, 0);
  }

  /** Calls a function with up to eight arguments. Its result is undefined if it returns void. */
  static long call(long function, long a, long b, long c, long d, long e, long f, long g, long h) {
    return FUNCTIONS.call(function, a, b, c, d, e, f, g, h);
  }

  /** Generates the code of all calls, as initialising this class does. */
  static void load() {}

  private static Functions functions() {
    String name = FunctionsTemplate.class.getSimpleName().concat(".class");
    String stubs = Java22.class.getName().replace('.', '/').concat("$");
    try (InputStream in = Downcalls.class.getResourceAsStream(name)) {
      byte[] template = Objects.requireNonNull(in, name).readAllBytes();
      return (Functions)
          MethodHandles.lookup()
              .defineHiddenClass(renamed(template, stubs, "java/lang/foreign/"), true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (IOException | ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Replaces a part of names in the constants of a class file. */
  private static byte[] renamed(byte[] file, String from, String to) throws IOException {
    ByteArrayOutputStream renamed = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(renamed);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    out.writeLong(in.readLong()); // magic number and version
    int constants = in.readUnsignedShort();
    out.writeShort(constants);
    for (int i = 1; i < constants; i++) {
      int tag = in.readUnsignedByte();
      out.writeByte(tag);
      switch (tag) {
        case 1 -> out.writeUTF(in.readUTF().replace(from, to));
        case 5, 6 -> {
          out.writeLong(in.readLong());
          i++; // numbers of 64 bits count twice
        }
        case 7, 8, 16 -> out.writeShort(in.readShort());
        case 15 -> {
          out.writeByte(in.readByte());
          out.writeShort(in.readShort());
        }
        default -> out.writeInt(in.readInt());
      }
    }
    in.transferTo(out);
    return renamed.toByteArray();
  }
}
