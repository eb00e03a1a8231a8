package io.mlops4j.bench.docs;

/** What the pages take for granted: names that an application has before a block begins. */
public abstract class Prelude {}
