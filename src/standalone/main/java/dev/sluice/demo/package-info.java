/**
 * What {@code sluice demo} asks for and shows: {@code app} publishes a {@link dev.sluice.demo.DemoPlan}'s requests and hands
 * the events in; a {@link dev.sluice.demo.DemoReport} fetches the images, has classifiers that never guided judge them, and
 * makes a table and a contact sheet of it. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.demo;

import org.jspecify.annotations.NullMarked;
