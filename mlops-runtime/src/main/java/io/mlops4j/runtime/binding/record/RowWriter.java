package io.mlops4j.runtime.binding.record;

/** Writes the numbers of a record side by side. Thread safe. */
public interface RowWriter {
  /**
   * Writes a record.
   *
   * @param address where the record's numbers begin
   * @param row the record
   * @throws Throwable what a component throws when it is read
   */
  void write(long address, Record row) throws Throwable;
}
