package io.mlops4j.runtime.internal.duckdb;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.duckdb.DuckDBBindings;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBTableFunction;

/**
 * Table functions that get the address of each chunk that they fill.
 *
 * <p>DuckDB's own wrapper of a Java table function makes an object for each column of a chunk, and
 * such objects exist for flat types only. Lists, arrays, maps and structs therefore need a subclass
 * of the wrapper that hands on the chunk. The wrapper is package-private, so that this class
 * defines the subclass inside DuckDB's package:
 *
 * <pre>
 * public class MlopsChunkFunction extends DuckDBTableFunctionWrapper {
 *   public final BiConsumer rows;
 *   public MlopsChunkFunction(DuckDBTableFunction function, BiConsumer rows) {
 *     super(function);
 *     this.rows = rows;
 *   }
 *   public void executeFunction(ByteBuffer call, ByteBuffer chunk) {
 *     rows.accept(call, chunk);
 *   }
 * }
 * </pre>
 *
 * <p>The class knows JDK types only. Several copies of this library that share one DuckDB, for
 * example in the class loaders of a Spark executor, use the class of the first.
 */
final class ChunkFunctions {
  private static final String OWN = "org/duckdb/MlopsChunkFunction";
  private static final String WRAPPER = "org/duckdb/DuckDBTableFunctionWrapper";
  private static final String CONSUMER = "java/util/function/BiConsumer";
  private static final String INIT = "(Lorg/duckdb/DuckDBTableFunction;)V";
  private static final String OWN_INIT = "(Lorg/duckdb/DuckDBTableFunction;L" + CONSUMER + ";)V";
  private static final String EXECUTE = "(Ljava/nio/ByteBuffer;Ljava/nio/ByteBuffer;)V";
  private static final MethodHandle CONSTRUCTOR = constructor();
  private static final MethodHandle CONNECTION = Natives.field(DuckDBConnection.class, "connRef");
  private static final MethodHandle CREATE =
      Natives.binding("duckdb_create_table_function", ByteBuffer.class);
  private static final MethodHandle NAME =
      Natives.binding("duckdb_table_function_set_name", void.class, ByteBuffer.class, byte[].class);
  private static final MethodHandle EXTRA =
      Natives.binding(
          "duckdb_table_function_set_extra_info", void.class, ByteBuffer.class, wrapperType());
  private static final MethodHandle BIND =
      Natives.binding("duckdb_table_function_set_bind", void.class, ByteBuffer.class);
  private static final MethodHandle INIT_ALL =
      Natives.binding("duckdb_table_function_set_init", void.class, ByteBuffer.class);
  private static final MethodHandle INIT_THREAD =
      Natives.binding("duckdb_table_function_set_local_init", void.class, ByteBuffer.class);
  private static final MethodHandle FUNCTION =
      Natives.binding("duckdb_table_function_set_function", void.class, ByteBuffer.class);
  private static final MethodHandle REGISTER =
      Natives.binding(
          "duckdb_register_table_function", int.class, ByteBuffer.class, ByteBuffer.class);
  private static final MethodHandle DESTROY =
      Natives.binding("duckdb_destroy_table_function", void.class, ByteBuffer.class);

  private ChunkFunctions() {}

  /**
   * Defines the class, and finds all bindings of this class and of {@link Natives}.
   *
   * @throws LinkageError if one is missing
   */
  static void load() {
    // The initialiser of this class has done it.
  }

  /**
   * Registers a table function.
   *
   * @param function binds and starts the function; its {@code apply} is not called
   * @param rows fills chunks: the address of the call, then that of the chunk; it must not throw
   */
  static void register(
      DuckDb database,
      String name,
      DuckDBTableFunction<?, ?, ?> function,
      BiConsumer<ByteBuffer, ByteBuffer> rows) {
    DuckDBConnection connection = (DuckDBConnection) database.connection();
    Natives.call(
        () -> {
          ByteBuffer made = (ByteBuffer) CREATE.invokeExact();
          try {
            NAME.invokeExact(made, name.getBytes(StandardCharsets.UTF_8));
            EXTRA.invoke(made, CONSTRUCTOR.invoke(function, rows));
            BIND.invokeExact(made);
            INIT_ALL.invokeExact(made);
            INIT_THREAD.invokeExact(made);
            FUNCTION.invokeExact(made);
            ByteBuffer to = (ByteBuffer) CONNECTION.invokeExact(connection);
            if ((int) REGISTER.invokeExact(to, made) != 0) {
              throw new IllegalStateException("DuckDB did not register the function " + name);
            }
            return null;
          } finally {
            DESTROY.invokeExact(made);
          }
        });
  }

  private static Class<?> wrapperType() {
    return CONSTRUCTOR.type().returnType().getSuperclass();
  }

  private static MethodHandle constructor() {
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.privateLookupIn(DuckDBBindings.class, MethodHandles.lookup());
      var unused = // else it would not be overridden
          lookup.findVirtual(
              lookup.findClass(WRAPPER.replace('/', '.')),
              "executeFunction",
              MethodType.fromMethodDescriptorString(EXECUTE, null));
      return lookup.findConstructor(
          defined(lookup),
          MethodType.methodType(void.class, DuckDBTableFunction.class, BiConsumer.class));
    } catch (ReflectiveOperationException | IOException e) {
      throw new LinkageError("DuckDB has no table functions that can be extended", e);
    }
  }

  private static Class<?> defined(MethodHandles.Lookup lookup)
      throws IOException, ReflectiveOperationException {
    try {
      return lookup.defineClass(new ChunkFunctionClass().bytes());
    } catch (LinkageError e) { // defined before
      return lookup.findClass(OWN.replace('/', '.'));
    }
  }

  /** Writes the class file. */
  private static final class ChunkFunctionClass {
    private final List<byte[]> constants = new ArrayList<>();

    byte[] bytes() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream body = new DataOutputStream(bytes);
      body.writeShort(0x0021); // public, calls super methods by name
      body.writeShort(type(OWN));
      body.writeShort(type(WRAPPER));
      body.writeShort(0); // interfaces
      body.writeShort(1); // fields
      member(body, 0x0011, "rows", "L" + CONSUMER + ";");
      body.writeShort(0);
      body.writeShort(2); // methods
      member(body, 0x0001, "<init>", OWN_INIT);
      code(body, 2, 3, constructorCode());
      member(body, 0x0001, "executeFunction", EXECUTE);
      code(body, 3, 3, executeCode());
      body.writeShort(0); // attributes

      ByteArrayOutputStream file = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(file);
      out.writeInt(0xcafebabe);
      out.writeInt(52); // the version of Java 8
      out.writeShort(constants.size() + 1);
      for (byte[] constant : constants) {
        out.write(constant);
      }
      out.write(bytes.toByteArray());
      return file.toByteArray();
    }

    private byte[] constructorCode() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream code = new DataOutputStream(bytes);
      code.writeShort(0x2a2b); // aload_0, aload_1
      reference(code, 0xb7, 10, WRAPPER, "<init>", INIT); // invokespecial
      code.writeShort(0x2a2c); // aload_0, aload_2
      reference(code, 0xb5, 9, OWN, "rows", "L" + CONSUMER + ";"); // putfield
      code.write(0xb1); // return
      return bytes.toByteArray();
    }

    private byte[] executeCode() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream code = new DataOutputStream(bytes);
      code.write(0x2a); // aload_0
      reference(code, 0xb4, 9, OWN, "rows", "L" + CONSUMER + ";"); // getfield
      code.writeShort(0x2b2c); // aload_1, aload_2
      reference(code, 0xb9, 11, CONSUMER, "accept", "(Ljava/lang/Object;Ljava/lang/Object;)V");
      code.writeShort(0x0300); // invokeinterface: three words, 0
      code.write(0xb1); // return
      return bytes.toByteArray();
    }

    private void reference(
        DataOutputStream code, int operation, int kind, String owner, String name, String type)
        throws IOException {
      int nameAndType = pair(12, text(name), text(type));
      int member = pair(kind, type(owner), nameAndType);
      code.write(operation);
      code.writeShort(member);
    }

    private void member(DataOutputStream out, int access, String name, String type)
        throws IOException {
      out.writeShort(access);
      out.writeShort(text(name));
      out.writeShort(text(type));
    }

    private void code(DataOutputStream out, int stack, int locals, byte[] code) throws IOException {
      out.writeShort(1);
      out.writeShort(text("Code"));
      out.writeInt(12 + code.length);
      out.writeShort(stack);
      out.writeShort(locals);
      out.writeInt(code.length);
      out.write(code);
      out.writeInt(0); // no exceptions, no attributes
    }

    private int type(String name) throws IOException {
      return constant(7, text(name));
    }

    private int pair(int kind, int one, int other) throws IOException {
      return constant(kind, one, other);
    }

    private int text(String text) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(1);
      out.writeUTF(text);
      return add(bytes.toByteArray());
    }

    private int constant(int kind, int... indexes) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(kind);
      for (int index : indexes) {
        out.writeShort(index);
      }
      return add(bytes.toByteArray());
    }

    private int add(byte[] constant) {
      constants.add(constant);
      return constants.size();
    }
  }
}
