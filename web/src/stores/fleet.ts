// The apps with their nodes as they are now.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { listApps } from '../api/client'
import type { App, AppEvent, DeploymentEvent, NodeEvent } from '../api/types'
import { withDeployment, withNode } from './reduce'

export const useFleet = defineStore('fleet', () => {
  const apps = ref<App[]>([])
  const loaded = ref(false)
  const names = computed(() => apps.value.map((app) => app.name))

  /** Loads everything anew; returns the event after which to follow the stream. */
  async function load(): Promise<number> {
    const list = await listApps()
    apps.value = list.apps
    loaded.value = true
    return list.last_event_id
  }

  function onNode(event: NodeEvent): void {
    change(event.app, (app) => withNode(app, event.node))
  }

  function onApp(event: AppEvent): void {
    change(event.app, (app) => ({ ...app, frozen: event.frozen }))
  }

  function onDeployment(event: DeploymentEvent): void {
    change(event.deployment.app, (app) => withDeployment(app, event.deployment))
  }

  function change(name: string, apply: (app: App) => App): void {
    apps.value = apps.value.map((app) => (app.name === name ? apply(app) : app))
  }

  function forget(): void {
    apps.value = []
    loaded.value = false
  }

  return { apps, loaded, names, load, forget, onApp, onNode, onDeployment }
})
