package dev.flashq.statemachine.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The one place where the build lets a hash map be made. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface HashAllowed {}
